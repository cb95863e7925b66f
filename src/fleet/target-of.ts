// Where a host is logged into before a change, and where the new system must be found after it.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Target } from "../ssh/target.ts";
import type { Deployment } from "./deployment.ts";
import type { Host } from "./fleet.ts";
import { type HostAddress, howToWriteAnAddress, parseHostAddress } from "./host-address.ts";

export interface LoginHints {
  /** --target-host, as the operator wrote it: the only way in then. */
  readonly override?: string | undefined;
  /** Where this host was reached in an earlier run. */
  readonly lastKnown?: HostAddress | undefined;
}

type Addressed = Pick<Host, "name" | "deployment" | "sshPorts">;

/**
 * Where to log into a host, in the order to try: what the configuration declares, also on the ports of its sshd, then
 * where it was found last time: a configuration that moves the host to another address is deployed through the old one.
 * None for a host with `targetHost = null`.
 *
 * @throws FlotillaError E_CONFIGURATION or E_USAGE for an address that cannot be one
 */
export function loginTargets(host: Addressed, hints: LoginHints = {}): readonly Target[] {
  if (hints.override !== undefined) return [overrideTarget(host, hints.override)];
  const declared = declaredTargets(host);
  if (declared.length === 0) return [];
  const onPorts = declared.flatMap((target) => [target, ...onNewPorts(host, target)]);
  if (hints.lastKnown === undefined) return distinct(onPorts);
  // Exactly as it was: that no port was given then is not for a new declaration to fill.
  return distinct([...onPorts, { ...targetAt(host, hints.lastKnown), ...hints.lastKnown }]);
}

/**
 * Where the new system must answer a fresh login for it to be kept: the addresses, port and user that the new
 * configuration declares, the one we came in by first. Where it declares no port and its sshd does not listen on 22, the
 * ports of its sshd are what is tried. With --target-host that address comes first, then the declared ones.
 *
 * @param portIsConfigured ssh's own configuration has a port for the host, as for one behind a router: then that leads there
 */
export function confirmTargets(
  host: Addressed,
  cameInBy: Target,
  {
    override,
    portIsConfigured = false,
  }: { readonly override?: string | undefined; readonly portIsConfigured?: boolean } = {},
): readonly Target[] {
  const declared = declaredTargets(host);
  const first = override === undefined ? [] : [overrideTarget(host, override)];
  const byOurWay = declared.filter((target) => sameAddress(target, cameInBy));
  const targets = [...first, ...byOurWay, ...declared];
  if (portIsConfigured) return distinct(targets);
  return distinct(
    targets.flatMap((target) => {
      const ports = onNewPorts(host, target);
      return ports.length === 0 ? [target] : ports;
    }),
  );
}

/**
 * Whether ssh's own configuration has a port for the host. Asked for only where it matters, as asking costs a process: where
 * the new sshd does not listen on 22 and the host's settings name no port.
 *
 * @param configuredPort the port that a login to the target goes to
 */
export async function isPortConfigured(
  { deployment, sshPorts }: Pick<Host, "deployment" | "sshPorts">,
  cameInBy: Target,
  configuredPort: (target: Target) => Promise<number>,
): Promise<boolean> {
  const hasNewPort = deployment.targetPort === null && sshPorts?.includes(22) === false;
  return hasNewPort && (await configuredPort({ ...cameInBy, port: null })) !== 22;
}

function onNewPorts(host: Pick<Host, "deployment" | "sshPorts">, target: Target): readonly Target[] {
  const ports = host.sshPorts ?? [];
  if (target.port !== null || ports.includes(22)) return [];
  return ports.map((port) => ({ ...target, port }));
}

function declaredTargets(host: Pick<Host, "name" | "deployment">): readonly Target[] {
  const { targetHost, targetHosts } = host.deployment;
  const written = [...(targetHost === null ? [] : [targetHost ?? host.name]), ...targetHosts];
  return distinct(
    written.map((text) => {
      const address = parseHostAddress(text);
      if (address !== null) return targetAt(host, address);
      throw new FlotillaError("E_CONFIGURATION", `${host.name}: deployment.targetHost "${text}" is no address`, {
        host: host.name,
        step: "connect",
        hint: howToWriteAnAddress,
      });
    }),
  );
}

function overrideTarget(host: Pick<Host, "name" | "deployment">, text: string): Target {
  const address = parseHostAddress(text);
  if (address !== null) return targetAt(host, address);
  throw new FlotillaError("E_USAGE", `--target-host "${text}" is no address`, {
    hint: howToWriteAnAddress,
  });
}

function targetAt(host: { readonly name: HostName; readonly deployment: Deployment }, address: HostAddress): Target {
  const { deployment } = host;
  return {
    host: host.name,
    address: address.address,
    port: address.port ?? deployment.targetPort,
    user: address.user ?? deployment.targetUser,
    options: deployment.sshOptions,
    hostKey: deployment.hostKey,
    elevation: deployment.privilegeEscalationCommand,
  };
}

const sameAddress = (left: Target, right: Target): boolean => left.address === right.address;

function distinct(targets: readonly Target[]): readonly Target[] {
  const byWay = new Map(
    targets.map((target) => [`${target.user ?? ""}@${target.address}:${target.port ?? ""}`, target]),
  );
  return [...byWay.values()];
}
