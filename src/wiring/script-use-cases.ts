// The commands around scripts that do without us: script, which writes them, and populate.
import { chmod, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { guardScript } from "../activation/guard-script.ts";
import type { PopulateOptions, ScriptOptions } from "../cli/use-cases.ts";
import { inspectionScript } from "../checks/inspection-script.ts";
import { neverDeployed } from "../deploy/log-in-early.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import { exitStatus } from "../domain/outcome.ts";
import { withoutCredentials } from "../domain/without-credentials.ts";
import { namedFleet } from "../fleet/find-fleet.ts";
import type { Host } from "../fleet/fleet.ts";
import { loginTargets } from "../fleet/target-of.ts";
import { populateScript } from "../nix/populate-script.ts";
import { eachHost } from "../operate/each-host.ts";
import { commandScript } from "../scripts/command-script.ts";
import { deployScript } from "../scripts/deploy-script.ts";
import type { TerminalStream } from "../terminal/view-ports.ts";
import { version } from "../version.ts";
import { openFleet } from "./open-fleet.ts";
import { inOrder, scriptHost } from "./script-hosts.ts";
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
  if (reached.length === 0) throw new FlotillaError("E_NOT_DEPLOYED", "none of these hosts is deployed to");
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
  const origin = `Written by flotilla ${version()} from ${withoutCredentials(reference)}.`;
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

async function writeScript(path: string, text: string): Promise<void> {
  const beside = `${path}.new-${process.pid}`;
  try {
    // Nothing that lies there, such as somebody's link, is written through.
    await writeFile(beside, text, { mode: 0o755, flag: "wx" });
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
