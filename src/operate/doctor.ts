// What is missing, here or on a host, with what to do about it. Looks; changes nothing.
import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import { changeRefusals, identityRefusals, lacksNixos } from "../checks/refusals.ts";
import type { HostSession } from "../deploy/host-session.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Nix } from "../nix/nix.ts";
import type { Runner } from "../process/runner.ts";
import { describeTarget } from "../ssh/target.ts";

export interface DoctorRow {
  /** "here", or the host that was asked. */
  readonly subject: string;
  readonly check: string;
  readonly state: "ok" | "warning" | "missing";
  readonly detail: string;
  readonly hint: string | null;
}

export interface DoctorServices {
  readonly runner: Runner;
  readonly nix: Nix;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stateDirectory: string;
  readonly signal: AbortSignal;
}

/** Milliseconds for a program to say its version. */
const deadline = 10_000;

/** Of this machine. */
export async function examineHere(services: DoctorServices): Promise<readonly DoctorRow[]> {
  return Promise.all([nixRow(services), sshRow(services), gitRow(services), agentRow(services), stateRow(services)]);
}

const here = (check: string, state: DoctorRow["state"], detail: string, hint: string | null = null): DoctorRow => ({
  subject: "here",
  check,
  state,
  detail,
  hint,
});

async function nixRow({ nix }: DoctorServices): Promise<DoctorRow> {
  try {
    return here("nix", "ok", (await nix.version()).text);
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    return here("nix", "missing", error.message, error.hint ?? null);
  }
}

async function sshRow(services: DoctorServices): Promise<DoctorRow> {
  const said = await versionOf(services, "ssh", ["-V"]);
  if (said !== null) return here("ssh", "ok", said);
  return here("ssh", "missing", "no ssh program on the PATH", "install OpenSSH's client");
}

async function gitRow(services: DoctorServices): Promise<DoctorRow> {
  const said = await versionOf(services, "git", ["--version"]);
  if (said !== null) return here("git", "ok", said);
  return here("git", "warning", "no git program on the PATH", "flakes in git repositories need it");
}

async function agentRow({ environment, runner, signal }: DoctorServices): Promise<DoctorRow> {
  const hint = "keys without a passphrase work as they are; for others: eval $(ssh-agent); ssh-add";
  if (!environment["SSH_AUTH_SOCK"]) return here("ssh agent", "warning", "none (SSH_AUTH_SOCK is not set)", hint);
  try {
    const { exitCode, stdout } = await runner.run({ file: "ssh-add", args: ["-l"], deadline }, { signal });
    if (exitCode !== 0) return here("ssh agent", "warning", "it holds no keys, or does not answer", hint);
    const keys = stdout.trim().split("\n").length;
    return here("ssh agent", "ok", keys === 1 ? "1 key" : `${keys} keys`);
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    return here("ssh agent", "warning", error.message, hint);
  }
}

async function stateRow({ stateDirectory }: DoctorServices): Promise<DoctorRow> {
  let directory = stateDirectory;
  while (!existsSync(directory)) directory = dirname(directory);
  try {
    accessSync(directory, constants.W_OK);
    return here("state", "ok", stateDirectory);
  } catch {
    return here("state", "warning", `${stateDirectory} cannot be written`, "runs work, but leave no history");
  }
}

async function versionOf({ runner, signal }: DoctorServices, file: string, args: string[]): Promise<string | null> {
  try {
    const { stdout, stderr } = await runner.run({ file, args, deadline }, { signal });
    return `${stdout}${stderr}`.trim().split("\n")[0] ?? "";
  } catch (error) {
    if (error instanceof FlotillaError) return null;
    throw error;
  }
}

/** Of a host that was reached. `trusted`: whether its Nix daemon takes unsigned paths from the login user. */
export function examineHost(
  host: Host,
  { connection, inspection }: HostSession,
  trusted: boolean | null,
  knownMachineId: string | null,
): readonly DoctorRow[] {
  const row = (check: string, state: DoctorRow["state"], detail: string, hint: string | null = null): DoctorRow => ({
    subject: host.name,
    check,
    state,
    detail,
    hint,
  });
  const refusals = [
    ...identityRefusals(host, inspection, { knownMachineId, acceptNewMachine: false }),
    ...changeRefusals(host, inspection, {
      run: null,
      allowDegraded: false,
      replaceUnknownProfiles: host.deployment.replaceUnknownProfiles,
      isKnownHere: existsSync,
    }),
  ];
  const elevation = inspection.elevation;
  const isRoot = elevation?.length === 0;
  return [
    row("reachable", "ok", describeTarget(connection.target)),
    row(
      "system",
      lacksNixos(host, inspection) ? "missing" : "ok",
      `${inspection.currentVersion ?? inspection.system}, ${inspection.state}`,
    ),
    ...(elevation === null ? [] : [row("root", "ok", isRoot ? "logs in as root" : `by ${elevation.join(" ")}`)]),
    trustRow(row, trusted, isRoot || elevation !== null),
    row("space", "ok", spaceOf(inspection.freeBytes)),
    ...refusals.map(({ code, hint, message }) => row(code, "missing", message, hint ?? null)),
  ];
}

function trustRow(
  row: (check: string, state: DoctorRow["state"], detail: string, hint?: string | null) => DoctorRow,
  trusted: boolean | null,
  canBeRoot: boolean,
): DoctorRow {
  if (trusted === true) return row("trust", "ok", "its Nix takes unsigned paths from the login user");
  if (canBeRoot) return row("trust", "ok", "systems are copied to root's own Nix");
  const hint = "add the user to nix.settings.trusted-users, sign the paths, or let the user become root";
  return row("trust", trusted === null ? "warning" : "missing", "its Nix may refuse paths without a signature", hint);
}

/** Of a host that was not. */
export function examineAbsent(host: HostName, error: FlotillaError): readonly DoctorRow[] {
  const check = error.step === "evaluate" ? "configuration" : "reachable";
  return [
    { subject: host, check, state: "missing", detail: `${error.code}: ${error.message}`, hint: error.hint ?? null },
  ];
}

const mebibytes = (bytes: number | null): string => (bytes === null ? "unknown" : `${Math.floor(bytes / 2 ** 20)} MiB`);

const spaceOf = ({ boot, nix }: { readonly boot: number | null; readonly nix: number | null }): string =>
  `${mebibytes(nix)} free in /nix${boot === null ? "" : `, ${mebibytes(boot)} in /boot`}`;
