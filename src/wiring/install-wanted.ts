// What `flotilla install` installs: hosts of a fleet, each evaluated once, or a system that is built already.
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import pLimit from "p-limit";
import type { InstallRunOptions } from "../cli/use-cases.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { DerivationPath } from "../domain/store-path.ts";
import { Deployment } from "../fleet/deployment.ts";
import { selectedMembers } from "../fleet/selected-members.ts";
import type { HostInstallation } from "../install/host-installation.ts";
import type { InstallOptions } from "../install/install-options.ts";
import { ofHost } from "../install/plan-for-install.ts";
import { readInstallation } from "../install/read-installation.ts";
import { evaluateInstallation } from "../nix/evaluate-installation.ts";
import type { FleetSource } from "../nix/fleet-source.ts";
import type { Nix } from "../nix/nix.ts";
import { openFleet, type OpenFleet } from "./open-fleet.ts";
import { refuseForSeveral } from "./refuse-for-several.ts";
import { rootsOfRun } from "./roots-of-run.ts";
import type { Tools } from "./tools.ts";

export interface WantedInstalls {
  readonly source: Pick<FleetSource, "reference" | "revision">;
  readonly hosts: readonly HostName[];
  readonly read: (host: HostName) => Promise<HostInstallation>;
  /** Writes a file of the configuration, and reads the host from what it is then. */
  readonly describe: (host: HostName, path: string, text: string) => Promise<HostInstallation>;
  readonly nix: Nix;
  /** Where links keep what is built; null: nowhere. */
  readonly roots: string | null;
  /** Whether the fleet's own settings want sudo's password to be asked for. */
  readonly asksForSudo: boolean;
}

/** What was asked for, with the paths that are in the store. */
export type WantedOptions = Omit<InstallRunOptions, "install"> & { readonly install: InstallOptions };

export interface WantedPlace {
  readonly tools: Tools;
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/** @throws FlotillaError E_NO_FLEET, E_SELECTION, E_USAGE, or what nix rejects with for the whole fleet */
export async function wantedInstalls(options: WantedOptions, place: WantedPlace): Promise<WantedInstalls> {
  const { storePaths } = options.install;
  return storePaths === null ? ofFleet(options, place) : ofStore(options, storePaths, place);
}

async function ofFleet(options: WantedOptions, place: WantedPlace): Promise<WantedInstalls> {
  const { directory, signal, tools, warn } = place;
  const { hardwareConfig } = options.install;
  // A configuration that imports what does not exist yet could not be evaluated.
  if (hardwareConfig !== null) await leaveEmpty(tools, resolve(directory, hardwareConfig.path), hardwareConfig.by);
  const open = (): Promise<OpenFleet> => openFleet(options, options.limits.evaluate, tools, directory, signal);
  const fleet = await open();
  const members = await selectedMembers(fleet.nix, fleet.request, signal);
  refuseForSeveral(
    options.install,
    members.map(({ name }) => name),
  );
  const limit = pLimit(fleet.request.evaluationWorkers);
  const readFrom = ({ request }: OpenFleet, host: HostName): Promise<HostInstallation> => {
    // How the machine is logged in to now is no setting of what is installed.
    const { sshOpts: _options, sshUser: _user, sudo: _sudo, ...settings } = request.overrides.settings;
    return readInstallation((wish) => evaluateInstallation({ runner: tools.runner, settings: options.nix }, wish), {
      source: request.source,
      member: members.find(({ name }) => name === host) ?? { name: host, form: "nixosConfigurations" },
      disks: ofHost(options.install.disks, host),
      outline: request.outline,
      overrides: { ...request.overrides, settings },
      signal,
      onLog: () => {},
      onWarning: warn,
    });
  };
  const state = { directory, state: tools.stateDirectory, warn };
  const { roots } = await rootsOfRun({ keepResult: false, resultPath: null }, fleet.request, state);
  return {
    source: fleet.request.source,
    hosts: members.map(({ name }) => name),
    read: (host) => limit(() => readFrom(fleet, host)),
    async describe(host, path, text) {
      await writeFile(resolve(directory, path), text);
      return readFrom(await open(), host);
    },
    nix: fleet.nix,
    roots,
    asksForSudo: fleet.settings.interactiveSudo ?? false,
  };
}

/** A file that says nothing yet, which a flake under git sees. What is there stays. */
async function leaveEmpty(
  { runner }: Tools,
  file: string,
  by: NonNullable<InstallOptions["hardwareConfig"]>["by"],
): Promise<void> {
  if (existsSync(file)) return;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, by === "nixos-facter" ? "{}\n" : "{ }\n");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FlotillaError("E_USAGE", `--generate-hardware-config: ${file} cannot be written: ${reason}`, { cause });
  }
  // Outside of git there is nothing to tell; Nix says what it does not see.
  const args = ["-C", dirname(file), "add", "--intent-to-add", "--force", "--", file];
  await runner.run({ file: "git", args, deadline: 20_000 }).catch(() => null);
}

/** Of a system that is built its name is all that is known. */
function ofStore(
  { install, on, nix: settings }: WantedOptions,
  { disko, system }: NonNullable<InstallOptions["storePaths"]>,
  { tools }: WantedPlace,
): WantedInstalls {
  const name = HostName.safeParse(on ?? "");
  if (!name.success) {
    throw new FlotillaError("E_USAGE", `--store-paths are of one host, and "${on}" is not the name of one`, {
      hint: "flotilla install NAME --target root@ADDRESS --store-paths DISKO SYSTEM",
    });
  }
  for (const path of [disko, system]) {
    if (!existsSync(path) && install.copyFrom === null) {
      throw new FlotillaError("E_USAGE", `--store-paths: ${path} is not in the store here`);
    }
  }
  const built = { derivation: DerivationPath.parse(`${system}.drv`), path: system };
  const profile = { name: "system", activator: "nixos", user: null, specialisation: null, ...built } as const;
  const host = {
    name: name.data,
    system: null,
    deployment: Deployment.parse({}),
    profiles: [{ ...profile, profilePath: "/nix/var/nix/profiles/system" }],
    version: null,
    sshPorts: null,
  } as const satisfies HostInstallation["host"];
  const installation: HostInstallation = {
    host,
    system: built,
    layout: null,
    layoutFrom: null,
    diskoScripts: {},
    layoutReferences: { derivations: [], paths: [] },
    mountPoint: "/mnt",
    // What it boots with is only looked for by its name.
    boot: {
      loader: "other",
      efi: false,
      canTouchEfiVariables: true,
      efiInstallAsRemovable: false,
      efiMountPoint: "/boot",
      grubDevices: [],
    },
    sshEnabled: null,
    authorizedKeys: null,
    hostKeys: ["rsa", "ed25519"].map((type) => ({ path: `/etc/ssh/ssh_host_${type}_key`, type })),
    hostId: null,
    substituters: [],
    trustedPublicKeys: [],
  };
  return {
    source: { reference: system, revision: null },
    hosts: [name.data],
    read: async () => installation,
    describe: async () => installation,
    nix: tools.nix(settings),
    roots: null,
    asksForSudo: false,
  };
}
