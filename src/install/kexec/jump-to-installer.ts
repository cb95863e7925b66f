// From whatever the machine runs into an installer in its memory, by kexec; its disks are not touched.
import type { RunClock } from "../../deploy/run-clock.ts";
import type { Emit } from "../../domain/event.ts";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { Connection, Ssh } from "../../ssh/connection.ts";
import type { InstallOptions } from "../install-options.ts";
import { isBroken } from "../lifeline.ts";
import type { MachineFacts } from "../machine-facts.ts";
import { gatherFacts } from "../read-facts.ts";
import { awaitInstaller } from "./await-installer.ts";
import { lostByStockImage } from "./carried-links.ts";
import { enterAsRoot } from "./enter-as-root.ts";
import { installerAdditions } from "./installer-additions.ts";
import { installerTarget } from "./installer-target.ts";
import type { KexecCache } from "./kexec-cache.ts";
import { kexecImage } from "./kexec-image.ts";
import { type NetworkFile, networkFiles } from "./network-files.ts";
import { cleanUp, jump, jumpStatus, placeImage } from "./place-image.ts";

export type JumpOptions = Pick<
  InstallOptions,
  "kexec" | "kexecSha256" | "kexecExtraFlags" | "kexecNetwork" | "kexecTimeout" | "forceKexec" | "postKexecPort"
>;

export interface JumpRequest {
  /** To the machine as it runs now, with its elevation. It is closed where a new one takes its place. */
  readonly connection: Connection;
  readonly facts: MachineFacts;
  readonly options: JumpOptions;
}

export interface JumpServices {
  readonly ssh: Pick<Ssh, "open">;
  readonly clock: RunClock;
  /** Progress and remarks of phase kexec. The phase's own start and end are the caller's. */
  readonly emit: Emit;
  /** One a run: kexecCache({ directory, fetch }). */
  readonly images: KexecCache;
  /** Builds an installable of nix here, such as .#kexec, and gives its path. */
  readonly build: (installable: string) => Promise<string>;
}

export interface Installer {
  /** As root, where the installer lets root in. */
  readonly connection: Connection;
  /** Of the installer itself; the disks as it sees them. */
  readonly facts: MachineFacts;
  /** false: the machine ran an installer already. */
  readonly jumped: boolean;
}

/**
 * Brings the machine into an installer and logs in there as root, with the host key that it had before. A machine that runs
 * one already is left as it is, unless options.forceKexec.
 *
 * @throws FlotillaError E_KEXEC where it does not come back as an installer, with what to look at; E_HOST_KEY_CHANGED
 * @example
 * const installer = await jumpToInstaller({ connection, facts, options }, { ssh, clock, emit, images, build }, signal);
 */
export async function jumpToInstaller(
  { connection, facts, options }: JumpRequest,
  services: JumpServices,
  signal: AbortSignal,
): Promise<Installer> {
  const { clock, emit, ssh } = services;
  const { host } = connection.target;
  const asRoot = connection.withElevation(facts.elevation);
  if (facts.operatingSystem.isInstaller && !options.forceKexec) {
    return { ...(await enterAsRoot(asRoot, facts, ssh, signal)), jumped: false };
  }
  if (!facts.kexec.allowed) {
    throw new FlotillaError("E_KEXEC", `${host}: the machine cannot jump into an installer: ${facts.kexec.why}`, {
      host,
      step: "kexec",
      hint: "boot an installer there by other means, such as a rescue system or an ISO, and run this again",
    });
  }
  const image = await kexecImage({ kexec: options.kexec, architecture: facts.architecture, build: services.build });
  const directory = await placeImage({
    connection: asRoot,
    programs: facts.programs,
    image,
    sha256: options.kexecSha256,
    cache: services.images,
    onProgress: (done, expected, detail) =>
      emit({ type: "host-progress", host, phase: "kexec", done, expected, unit: "bytes", detail }),
    signal,
  });
  const { hostKey, target } = installerTarget(connection.target, facts, options.postKexecPort);
  const files = filesToHandOver(facts, options, (line) => emit({ type: "host-log", host, phase: "kexec", line }));
  const archive = installerAdditions({ networkFiles: files, hostKey });
  // An image of the operator's own may have keys in it.
  const keys = image.kind === "url" && image.isStock ? "found-here" : "anybody";
  const words = ["start", directory, keys, options.kexecExtraFlags];
  const start = await jump(asRoot, words, { signal }, archive).catch(takenAway);
  if (start !== null && start.exitCode !== 0) {
    await cleanUp(asRoot, directory, signal);
    throw startError(host, start);
  }
  emit({ type: "host-phase", host, phase: "kexec", state: "started", detail: "it jumps; waiting for its installer" });
  const arrived = await awaitInstaller({
    target,
    before: asRoot,
    bootId: facts.bootId,
    deadline: options.kexecTimeout,
    ssh,
    clock,
    signal,
  });
  // Its end is the other machine's matter by now.
  await connection.close();
  return { connection: arrived, facts: await factsOfInstaller(arrived, facts, signal), jumped: true };
}

/** A machine may jump before its last words are out: whether it did will be seen. */
function takenAway(error: unknown): null {
  if (isBroken(error)) return null;
  throw error;
}

async function factsOfInstaller(arrived: Connection, before: MachineFacts, signal: AbortSignal): Promise<MachineFacts> {
  const facts = await gatherFacts(arrived, signal);
  if (facts.operatingSystem.isInstaller) return facts;
  await arrived.close();
  const { host } = arrived.target;
  const same = facts.operatingSystem.id === before.operatingSystem.id;
  throw new FlotillaError(
    "E_KEXEC",
    `${host}: the machine came back with ${facts.operatingSystem.name}, ${same ? "what it ran before" : "which is no installer"}`,
    {
      host,
      step: "kexec",
      hint: same
        ? "it restarted instead of jumping, as where firmware or kernel do not get on with kexec: look at its console, or boot an installer by other means"
        : "an installer says ID=nixos and VARIANT_ID=installer in its os-release",
    },
  );
}

/** Ours where the image's own way would lose something, or where the operator says so. */
function filesToHandOver(
  { network }: MachineFacts,
  { kexecNetwork }: Pick<JumpOptions, "kexecNetwork">,
  say: (line: string) => void,
): readonly NetworkFile[] {
  if (kexecNetwork === "stock") return [];
  const lost = lostByStockImage(network);
  if (kexecNetwork === "auto" && lost.length === 0) return [];
  const files = networkFiles(network);
  say(
    `the network is handed over as ${files.map(({ name }) => name).join(", ")}${lost.length === 0 ? "" : `: ${lost.join(", ")}`}`,
  );
  return files;
}

function startError(
  host: Connection["target"]["host"],
  { exitCode, stderr, stdout }: { readonly exitCode: number | null; readonly stderr: string; readonly stdout: string },
): FlotillaError {
  const log = [...stdout.split("\n"), ...stderr.split("\n")].filter((line) => line.trim() !== "").slice(-25);
  if (exitCode === jumpStatus.nobodyCouldLogIn) {
    return new FlotillaError("E_KEXEC", `${host}: nobody could log in to the installer: ${log.at(-1) ?? ""}`, {
      host,
      step: "kexec",
      hint: "put your key there first, as by ssh-copy-id: the installer takes authorized_keys over, and knows no passwords",
    });
  }
  return new FlotillaError("E_KEXEC", `${host}: the installer could not be started; the machine runs on as it was`, {
    host,
    step: "kexec",
    hint: "what kexec said is below",
    log,
  });
}
