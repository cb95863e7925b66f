// The commands around scripts that do without us: script, which writes them, and populate.
import { chmod, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { guardScript } from "../activation/guard-script.ts";
import type { PopulateOptions, ScriptOptions } from "../cli/use-cases.ts";
import { inspectionScript } from "../checks/inspection-script.ts";
import { nixPlatform, runsPlatform } from "../checks/nix-platform.ts";
import { buildPlace } from "../deploy/steps/build-step.ts";
import { guardOrder } from "../deploy/steps/activate-step.ts";
import { neverDeployed } from "../deploy/log-in-early.ts";
import { predecessors } from "../deploy/waves.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import { exitStatus } from "../domain/outcome.ts";
import { namedFleet } from "../fleet/find-fleet.ts";
import type { Host } from "../fleet/fleet.ts";
import { confirmTargets, loginTargets } from "../fleet/target-of.ts";
import { populateScript } from "../nix/populate-script.ts";
import { eachHost } from "../operate/each-host.ts";
import { commandScript } from "../scripts/command-script.ts";
import { deployScript, runOfOrder } from "../scripts/deploy-script.ts";
import type { ScriptHost } from "../scripts/script-host.ts";
import type { TerminalStream } from "../terminal/view-ports.ts";
import { version } from "../version.ts";
import { openFleet } from "./open-fleet.ts";
import type { Viewpoint } from "./visit.ts";

/** Writes the script to its file, or to stdout. */
export async function script(options: ScriptOptions, view: Viewpoint, stdout: TerminalStream): Promise<number> {
  const { directory, onWarning, signal, tools } = view;
  const { nix, request } = await openFleet(options, options.limits.evaluate, tools, directory, signal);
  const rows = await eachHost(request, { nix, onWarning, signal }, (_name, evaluation) => evaluation);
  const reached = rows.filter((host) => {
    if (loginTargets(host).length > 0) return true;
    onWarning(`${neverDeployed(host.name).message}; the script leaves it out`);
    return false;
  });
  const fleet = request.outline.members.map(({ name }) => name);
  const text = await scriptText(options, reached, fleet, view, request.source.reference);
  if (options.output === null) stdout.write(text);
  else await writeScript(resolve(directory, options.output), text);
  return exitStatus.success;
}

async function scriptText(
  { derivations, script, substitute }: ScriptOptions,
  hosts: readonly Host[],
  fleet: readonly HostName[],
  view: Viewpoint,
  reference: string,
): Promise<string> {
  const names = hosts.map(({ name }) => name).join(", ");
  const origin = `Written by flotilla ${version()} from ${reference}.`;
  if (script.kind === "command") {
    return commandScript({
      hosts: hosts.map((host) => ({ name: host.name, logins: loginTargets(host) })),
      command: script.command,
      about: [`Runs a command on ${names}. ${origin}`],
    });
  }
  for (const host of hosts) warnOfLimits(host, view.onWarning);
  const ordered = inOrder(hosts, fleet);
  return deployScript({
    hosts: await Promise.all(ordered.map((host) => scriptHost(host, view, ordered, fleet, script.kind))),
    guard: guardScript(),
    inspection: (elevation) => inspectionScript({ elevation }),
    goal: script.kind === "deploy" ? "switch" : "test",
    derivations,
    substitute,
    about: [`Deploys ${names}: sh THIS-FILE. ${origin}`],
  });
}

/** What a deploy would do beyond the script: said when it is written, since nobody reads along when it runs. */
function warnOfLimits({ deployment, name }: Host, onWarning: (message: string) => void): void {
  if (Object.keys(deployment.keys).length > 0) {
    onWarning(`${name} has keys; a script holds no secret: send them with flotilla keys --on ${name}`);
  }
  if (deployment.buildHost !== null) {
    onWarning(`${name} is built on ${deployment.buildHost}; the script builds it where it runs`);
  }
  if (deployment.reboot.policy !== "never") onWarning(`${name} may need a reboot afterwards; a script makes none`);
}

/** Those that go before come first; otherwise as in the fleet. */
function inOrder(hosts: readonly Host[], fleet: readonly HostName[]): readonly Host[] {
  const before = predecessorsOf(hosts, fleet);
  const ordered = new Set<Host>();
  const add = (host: Host): void => {
    for (const other of hosts) if (before.get(host.name)?.includes(other.name) === true) add(other);
    ordered.add(host);
  };
  hosts.forEach(add);
  return [...ordered];
}

const predecessorsOf = (
  hosts: readonly Host[],
  fleet: readonly HostName[],
): ReadonlyMap<HostName, readonly HostName[]> =>
  predecessors(
    hosts.map(({ deployment: { dependsOn, wave }, name }) => ({ name, dependsOn, wave })),
    new Set(fleet),
  );

async function scriptHost(
  host: Host,
  { tools }: Viewpoint,
  hosts: readonly Host[],
  fleet: readonly HostName[],
  kind: "deploy" | "test",
): Promise<ScriptHost> {
  const known = tools.history.lastKnown(host.name);
  const [first, ...others] = loginTargets(host, { lastKnown: known === null ? undefined : known });
  if (first === undefined) throw neverDeployed(host.name);
  const hasNewPort = host.deployment.targetPort === null && host.sshPorts?.includes(22) === false;
  const portIsConfigured = hasNewPort && (await tools.ssh.configuredPort({ ...first, port: null })) !== 22;
  const settings = {
    activationTimeout: null,
    confirmTimeout: null,
    rollback: null,
    installBootloader: false,
    keepSucceeded: false,
  };
  const operator = `a script of ${tools.operator()}`;
  return {
    host,
    logins: [first, ...others],
    confirmations: confirmTargets(host, first, { portIsConfigured }),
    order: guardOrder(settings, { operator, run: runOfOrder }, host, kind === "deploy" ? "switch" : "test"),
    predecessors: predecessorsOf(hosts, fleet).get(host.name) ?? [],
    buildOn: buildPlace(null, host.deployment).kind === "target" ? "target" : "here",
    machines: machinesFor(host.system),
  };
}

/** What `uname -m` says on machines of every kind. */
const machineNames =
  "x86_64 amd64 i386 i486 i586 i686 aarch64 arm64 armv8l armv7l armv6l riscv64 ppc64le ppc64 powerpc64le loongarch64 loongarch s390x";

function machinesFor(system: string | null): readonly string[] {
  if (system === null) return [];
  const own = system.split("-")[0] ?? "";
  const kernels = ["Linux", "Darwin"];
  return [...new Set([...machineNames.split(" "), own])].flatMap((machine) =>
    kernels
      .filter((kernel) => runsPlatform(nixPlatform(machine, kernel), system))
      .map((kernel) => `${machine}-${kernel}`),
  );
}

async function writeScript(path: string, text: string): Promise<void> {
  const beside = `${path}.new-${process.pid}`;
  try {
    await writeFile(beside, text, { mode: 0o755 });
    // Whatever the umask is: it is there to be run.
    await chmod(beside, 0o755);
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FlotillaError("E_USAGE", `--output: ${path} cannot be written: ${reason}`, { cause });
  }
}

/** Evaluates the sources to a script, and runs it in the operator's terminal. */
export async function populate(options: PopulateOptions, view: Viewpoint): Promise<number> {
  const { directory, signal, tools } = view;
  const nix = tools.nix(options.nix);
  const [reference = "", ...attribute] = options.source.split("#");
  const named = namedFleet(reference === "" ? "." : reference, directory);
  const isFlake = attribute.length > 0 || named.kind === "flake";
  if (isFlake && attribute.join("#") === "") {
    throw new FlotillaError("E_USAGE", `--source ${JSON.stringify(options.source)} names no sources`, {
      hint: "a file such as ./sources.nix, or an attribute of a flake such as .#sources",
    });
  }
  const roots = await mkdtemp(join(tmpdir(), "flotilla-populate-"));
  try {
    const text = await populateScript(tools.runner, options.nix, {
      ...options,
      source: isFlake
        ? await nix.lockFlake(reference === "" ? "." : reference, signal)
        : await nix.configurationFile(named.reference, signal),
      attribute: attribute.join("#"),
      roots,
      signal,
    });
    const path = join(roots, "populate");
    await writeFile(path, text, { mode: 0o700 });
    const status = await tools.runner.interactive({ file: "/bin/sh", args: [path] });
    return status === exitStatus.success || status === exitStatus.interrupted ? status : exitStatus.failure;
  } finally {
    await rm(roots, { recursive: true, force: true });
  }
}
