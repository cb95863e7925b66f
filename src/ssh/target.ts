// Where a host is reached: data only. How ssh is called with it is ssh/'s secret.
import type { HostName } from "../domain/host-name.ts";

export interface Target {
  readonly host: HostName;
  /** An address, a name, or an alias of ~/.ssh/config; without brackets also for IPv6. `thisMachine`: no ssh at all. */
  readonly address: string;
  readonly port: number | null;
  readonly user: string | null;
  readonly options: readonly string[];
  /** The pinned public key, or null to leave it to known_hosts. */
  readonly hostKey: string | null;
  /** What makes us root there; null: found out at login (root itself, sudo, doas, run0). */
  readonly elevation: readonly string[] | null;
}

/** In place of an address: the machine we run on, reached without ssh. It is the root of DNS, which no host can have. */
export const thisMachine = ".";

export const isThisMachine = ({ address }: Pick<Target, "address">): boolean => address === thisMachine;

/** How people write it: user@address:port, with brackets around IPv6. */
export function describeTarget(target: Target): string {
  if (isThisMachine(target)) return "this machine";
  const address = target.address.includes(":") ? `[${target.address}]` : target.address;
  return `${target.user === null ? "" : `${target.user}@`}${address}${target.port === null ? "" : `:${target.port}`}`;
}
