// The closure: what caches have the machine fetches itself, the rest goes up over our connection, straight onto the new disks.
import type { StorePath } from "../../domain/store-path.ts";
import type { HostInstallation } from "../host-installation.ts";
import type { InstallOptions } from "../install-options.ts";
import type { InstallServices } from "../install-services.ts";
import { type Lifeline, overLifeline } from "../lifeline.ts";
import { writeOnMachine } from "../machine-work.ts";
import { installDirectory } from "../remote-job.ts";

type CopyServices = Pick<InstallServices, "emit" | "interruption" | "nix">;

/** Onto the disks that are mounted; after a break what arrived is not sent again. */
export async function copySystem(
  services: CopyServices,
  line: Lifeline,
  options: InstallOptions,
  installation: HostInstallation,
): Promise<void> {
  await copy(services, line, options, installation, [installation.system.path], installation.mountPoint);
}

/** Into the installer's own store, which is in its memory. */
export async function copyToInstaller(
  services: CopyServices,
  line: Lifeline,
  options: InstallOptions,
  installation: HostInstallation,
  paths: readonly StorePath[],
): Promise<void> {
  await copy(services, line, options, installation, paths, null);
}

async function copy(
  { emit, interruption, nix }: CopyServices,
  line: Lifeline,
  options: InstallOptions,
  installation: HostInstallation,
  paths: readonly StorePath[],
  root: string | null,
): Promise<void> {
  const { host } = installation;
  const signal = interruption.halt;
  const settings = await daemonSettings(line, options, installation, signal);
  await overLifeline(line, signal, (connection) =>
    nix.copy({
      paths,
      authority: connection.nix.authority,
      environment: connection.nix.environment,
      elevation: settings,
      ...(root === null ? {} : { root }),
      storeSettings: options.storeSettings,
      ...(options.copyFrom === null ? {} : { from: options.copyFrom }),
      substituteOnDestination: options.substituteOnDestination,
      // What was built here is signed by nobody, and the installer has no keys yet that could be ours.
      checkSignatures: false,
      signal,
      onProgress: (progress) => emit({ type: "host-progress", host: host.name, phase: "copy", ...progress }),
      onLog: (text) => emit({ type: "host-log", host: host.name, phase: "copy", line: text }),
    }),
  );
}

/**
 * The caches of the configuration, with their keys, for the Nix that answers in the installer: in a file of its own, which a
 * second run writes anew.
 *
 * @returns words before the name of Nix's daemon
 */
async function daemonSettings(
  line: Lifeline,
  { substituteOnDestination, useMachineSubstituters }: InstallOptions,
  { substituters, trustedPublicKeys }: HostInstallation,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const caches = substituters.filter(isOneWord);
  if (!substituteOnDestination || !useMachineSubstituters || caches.length === 0) return [];
  const file = `${installDirectory}/nix.conf`;
  const text = [
    `extra-substituters = ${caches.join(" ")}`,
    `extra-trusted-public-keys = ${trustedPublicKeys.filter(isOneWord).join(" ")}`,
    // A cache that cannot be reached from there is not waited for.
    "connect-timeout = 5",
    "",
  ].join("\n");
  await writeOnMachine(
    line,
    file,
    text,
    { code: "E_COPY", phase: "copy", what: "Nix's settings could not be written", hint: "df /run there" },
    signal,
  );
  return ["env", `NIX_USER_CONF_FILES=${file}:/root/.config/nix/nix.conf`];
}

/** Neither two settings nor another line. */
const isOneWord = (text: string): boolean => /^\S+$/u.test(text);
