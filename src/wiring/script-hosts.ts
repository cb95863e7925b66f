// Hosts as scripts are written for them: in which order they go, where they are reached, what their guards are told.
import { nixPlatform, runsPlatform } from "../checks/nix-platform.ts";
import { guardOrder } from "../deploy/steps/activate-step.ts";
import { buildPlace } from "../deploy/steps/build-step.ts";
import { neverDeployed } from "../deploy/log-in-early.ts";
import { predecessors } from "../deploy/waves.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Host } from "../fleet/fleet.ts";
import { confirmTargets, isPortConfigured, loginTargets } from "../fleet/target-of.ts";
import { runOfOrder } from "../scripts/deploy-script.ts";
import type { ScriptHost } from "../scripts/script-host.ts";
import type { Viewpoint } from "./visit.ts";

/** Those that go before come first; otherwise as in the fleet. */
export function inOrder(hosts: readonly Host[], fleet: readonly HostName[]): readonly Host[] {
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

/** All that is known of the host when the script is written. */
export async function scriptHost(
  host: Host,
  { tools }: Viewpoint,
  hosts: readonly Host[],
  fleet: readonly HostName[],
  kind: "deploy" | "test",
): Promise<ScriptHost> {
  const known = tools.history.lastKnown(host.name);
  const [first, ...others] = loginTargets(host, { lastKnown: known === null ? undefined : known });
  if (first === undefined) throw neverDeployed(host.name);
  const portIsConfigured = await isPortConfigured(host, first, (target) => tools.ssh.configuredPort(target));
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
