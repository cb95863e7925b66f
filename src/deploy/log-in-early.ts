// The one login of a run to a host, with the inspection in it. Where the host was reached last time is tried while the
// configuration still evaluates; what the configuration then says always wins.
import type { Inspection } from "../checks/inspection.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Host } from "../fleet/fleet.ts";
import type { OpenedConnection } from "../ssh/connection.ts";
import type { Target } from "../ssh/target.ts";
import { type HostSession, sessionOf } from "./host-session.ts";

export interface EarlyLoginServices {
  /** A login to the first of the targets that answers, with the inspection script as its first question. */
  readonly open: (targets: readonly Target[]) => Promise<OpenedConnection>;
  /** What the host said at the login; a host that still starts is given time. */
  readonly inspect: (opened: OpenedConnection) => Promise<Inspection>;
  /** Where the host was reached last time; null where that is not known. */
  readonly guess: (name: HostName) => Target | null;
  /** Where it is reached by its configuration, in order. */
  readonly targets: (host: Host) => readonly Target[];
}

/** Logs in and inspects; the session's connection knows how to become root. */
export async function logInEarly(
  services: EarlyLoginServices,
  name: HostName,
  evaluation: Promise<Host>,
): Promise<HostSession> {
  const guess = services.guess(name);
  // Kept as a value: nobody may be waiting yet when it fails.
  const early = guess === null ? null : services.open([guess]).catch((error: unknown) => ({ error }));
  let targets: readonly Target[];
  try {
    targets = services.targets(await evaluation);
  } catch (error) {
    await close(early);
    throw error;
  }
  const [first] = targets;
  if (first === undefined) {
    await close(early);
    throw neverDeployed(name);
  }
  if (early === null || guess === null || !isSameLogin(guess, first)) {
    await close(early);
    return sessionOf(await services.open(targets), services.inspect, first.elevation);
  }
  const opened = await early;
  if (!("error" in opened)) return sessionOf(opened, services.inspect, first.elevation);
  if (targets.length === 1) throw opened.error;
  // From the beginning: whether the next address has its turn is decided in one place, by what the first one said.
  return sessionOf(await services.open(targets), services.inspect, first.elevation);
}

async function close(early: Promise<OpenedConnection | { error: unknown }> | null): Promise<void> {
  const opened = await early;
  if (opened !== null && opened !== undefined && !("error" in opened)) await opened.connection.close();
}

/** What becomes of a host that has no address by its own wish. */
export function neverDeployed(host: HostName): FlotillaError {
  return new FlotillaError("E_NOT_DEPLOYED", `${host} is built, never deployed to: its targetHost is null`, {
    host,
    hint: "say where it is: deployment.targetHost, or --target-host; a home is named USER@HOST",
  });
}

/** Whether both are one login; how root is reached then is another matter. */
function isSameLogin(left: Target, right: Target): boolean {
  return (
    left.address === right.address &&
    left.port === right.port &&
    left.user === right.user &&
    left.hostKey === right.hostKey &&
    left.options.length === right.options.length &&
    left.options.every((option, index) => option === right.options[index])
  );
}
