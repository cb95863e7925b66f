// Writes a script that deploys hosts by itself: POSIX sh and ssh, and nix where something has to be built or copied. It
// brings the guard along, so that a host is as safe with it as with us.
import { guardLaunchScript } from "../activation/guard-launch-script.ts";
import { readAsset } from "../assets.ts";
import { RunId } from "../domain/run-id.ts";
import { shellQuote } from "../domain/shell-quote.ts";
import { describeHealthCheck } from "../fleet/describe-health-check.ts";
import type { HealthCheck } from "../fleet/deployment.ts";
import { mainProfile } from "../fleet/fleet.ts";
import { nixAuthority } from "../ssh/ssh-arguments.ts";
import { loginWords } from "./login-words.ts";
import type { ScriptHost } from "./script-host.ts";
import { printFunction, rowsFunction, shellFunction } from "./shell-text.ts";

/** Stands for the run's id in what the script hands to a host: each time it runs, it is a run of its own. */
export const runOfOrder = RunId.parse("zyxwvtsr");

export interface DeployScript {
  /** In the order in which they go. */
  readonly hosts: readonly ScriptHost[];
  /** The text of the guard. */
  readonly guard: string;
  /** The script that asks a host what it is; `elevation` are the words declared for it. */
  readonly inspection: (elevation: readonly string[] | null) => string;
  readonly goal: "switch" | "test";
  /** false: what the script deploys has to exist when it runs; there is nothing in it to build from. */
  readonly derivations: boolean;
  /** Whether hosts may fetch from their own caches; their settings have a say, too. */
  readonly substitute: boolean;
  /** Comments at the head, one a line: what it is, from where. */
  readonly about: readonly string[];
}

const parts = ["report", "workspace", "reach", "closure", "health", "activate", "deploy-host"];

/**
 * The text of the script. Pure: the same request gives the same text.
 *
 * The script takes no argument, says on stderr what it does, and prints a line `HOST | OUTCOME` for each host. Its exit
 * status is that of `flotilla deploy`.
 *
 * @throws FlotillaError E_CONFIGURATION when a value holds a NUL byte, which no shell can carry
 */
export function deployScript(request: DeployScript): string {
  const { goal, guard, hosts } = request;
  return [
    "#!/bin/sh",
    ...request.about.map((line) => `# ${line.replaceAll(/\p{Cc}/gu, " ")}`),
    "# shellcheck disable=SC2317,SC2329,SC2034,SC2016,SC1003,SC1112 # functions are called by name; words are as they are",
    "set -u",
    `goal=${goal} run_of_order=${runOfOrder}`,
    "",
    readAsset("nix/krops/sh/remote-command-line.sh"),
    ...parts.map((part) => readAsset(`src/scripts/parts/${part}.sh`)),
    printFunction("print_guard", guard),
    ...inspections(request),
    ...hosts.flatMap((host, index) => hostFunctions(host, index + 1, request)),
    // One line at the end: of a script that is there only in part, nothing runs.
    shellFunction("main", ["  begin", ...hosts.map((_, index) => `  deploy ${index + 1}`), "  final_status"]),
    "main",
    "",
  ].join("\n");
}

/** inspection_NUMBER for each host, and the texts, each once. */
function inspections({ hosts, inspection }: DeployScript): string[] {
  const names = new Map<string, string>();
  const functions: string[] = [];
  for (const [index, { host }] of hosts.entries()) {
    const text = inspection(host.deployment.privilegeEscalationCommand);
    let name = names.get(text);
    if (name === undefined) {
      name = `print_inspection_${names.size + 1}`;
      names.set(text, name);
      functions.push(printFunction(name, text));
    }
    functions.push(shellFunction(`inspection_${index + 1}`, [`  ${name}`]));
  }
  return functions;
}

function hostFunctions(
  scripted: ScriptHost,
  number: number,
  { derivations, goal, substitute }: DeployScript,
): string[] {
  const { confirmations, host, logins, order } = scripted;
  const { deployment, profiles } = host;
  const health = order.healthChecks.reduce((sum, { timeout }) => sum + timeout, 0);
  const settings = {
    name: host.name,
    platform: host.system ?? "",
    machines: scripted.machines.join(" "),
    needs_nixos: profiles.some(({ activator }) => activator === "nixos") ? "yes" : "no",
    predecessors: scripted.predecessors.join(" "),
    build_on: scripted.buildOn,
    host_key: deployment.hostKey ?? "",
    allow_degraded: String(deployment.allowDegraded),
    replace_unknown: String(deployment.replaceUnknownProfiles),
    substitute: String(substitute && deployment.substituteOnDestination),
    offline: deployment.offline,
    settled_path: settledPath(scripted),
    confirm_seconds: String(order.confirmTimeout),
    longest_seconds: String(order.activationTimeout * profiles.length + health + order.confirmTimeout),
  };
  const targets = (list: typeof confirmations) =>
    list.map((target) => [nixAuthority(target), target.address, ...loginWords(target)]);
  return [
    shellFunction(
      `host_${number}`,
      Object.entries(settings).map(([name, value]) => `  ${name}=${shellQuote([value])}`),
    ),
    rowsFunction(`logins_${number}`, targets(logins)),
    rowsFunction(`confirmations_${number}`, targets(confirmations)),
    rowsFunction(
      `profiles_${number}`,
      profiles.map(({ derivation, name, path }) => [name, derivations ? derivation : "", path]),
    ),
    rowsFunction(
      `checks_${number}`,
      deployment.healthChecks.flatMap((check) => (check.from === "operator" ? [checkWords(check)] : [])),
    ),
    ...launchFunctions(number, { ...order, goal, run: runOfOrder }),
  ];
}

/** What runs and boots where nothing is left to do; "" where a look at the system alone does not tell. */
function settledPath({ host }: ScriptHost): string {
  const { activator, path, specialisation } = mainProfile(host);
  return host.profiles.length === 1 && activator === "nixos" && specialisation === null ? path : "";
}

const guardMark = "guard of the script\n";

/** launch_NUMBER prints what starts the guard; the guard itself is in the script once, for all hosts. */
function launchFunctions(number: number, order: ScriptHost["order"]): string[] {
  const launch = guardLaunchScript(guardMark, order);
  // The first one: what an order says comes after it, and may hold any text.
  const start = launch.indexOf(guardMark);
  const [before, after] = [launch.slice(0, start), launch.slice(start + guardMark.length)];
  return [
    printFunction(`print_launch_${number}`, before),
    printFunction(`print_order_${number}`, after),
    shellFunction(`launch_${number}`, [`  print_launch_${number}`, "  print_guard", `  print_order_${number}`]),
  ];
}

function checkWords(check: HealthCheck): string[] {
  const { consecutive, interval, timeout } = check;
  const common = [describeHealthCheck(check), ...[interval, timeout, consecutive].map(String), check.type];
  switch (check.type) {
    case "http":
      return [...common, check.url, String(check.status)];
    case "tcp":
      return [...common, check.address, String(check.port)];
    case "command":
      return [...common, ...check.command];
    case "unit":
      return [...common, check.unit];
  }
}
