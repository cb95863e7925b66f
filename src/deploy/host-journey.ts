// The frame of every host's way through a run: evaluation and login side by side, whatever is done then, and an end
// that is a HostResult in every case. Nothing is thrown but bugs.
import type { GuardEnd } from "../activation/guard.ts";
import type { Reason } from "../domain/event.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { StorePath } from "../domain/store-path.ts";
import { mainProfile } from "../fleet/fleet.ts";
import type { Host } from "../fleet/fleet.ts";
import type { HostResult } from "./host-result.ts";
import type { HostSession } from "./host-session.ts";
import type { Standing } from "./standing.ts";
import { interruptedBefore } from "./in-phase.ts";
import { outcomeOfError, reasonOf } from "./outcome-of-error.ts";

/** How a host's way ended, as far as it is not known from the host itself. */
export interface Ending {
  readonly outcome: Outcome;
  readonly reason?: Reason;
  readonly notes?: readonly string[];
  /** What was asked for, where that is not the evaluated system. */
  readonly system?: StorePath;
  readonly version?: string | null;
  readonly before?: readonly Standing[];
}

/** How an activation ended: `end` is null when contact was lost and the guard decides alone. */
export interface ActivationEnd {
  readonly end: GuardEnd | null;
  /** The last lines that the activation printed. */
  readonly log: readonly string[];
}

/** Takes a host that needs no login from its evaluation to its end. */
export async function localJourney(
  evaluation: Promise<Host>,
  work: (host: Host) => Promise<Ending>,
): Promise<HostResult> {
  let host: Host | null = null;
  try {
    host = await evaluation;
    return resultOf(host, null, await work(host));
  } catch (error) {
    return resultOf(host, null, endingOfError(error));
  }
}

/** Takes a host from its evaluation and login to its end. */
export async function hostJourney(
  connect: (name: HostName, evaluation: Promise<Host>) => Promise<HostSession>,
  name: HostName,
  evaluation: Promise<Host>,
  work: (host: Host, session: HostSession) => Promise<Ending>,
): Promise<HostResult> {
  const connecting = connect(name, evaluation).catch((error: unknown) => ({ error }));
  let host: Host | null = null;
  let session: HostSession | null = null;
  try {
    // A host that does not evaluate ends with that, whatever became of the login.
    host = await evaluation;
    const connected = await connecting;
    if ("error" in connected) throw connected.error;
    session = connected;
    return resultOf(host, session, await work(host, session));
  } catch (error) {
    return resultOf(host, session, endingOfError(error));
  } finally {
    const connected = await connecting;
    if (!("error" in connected)) await connected.connection.close();
  }
}

/** The ending of a host whose activation was begun. */
export function endingOfActivation({ end, log }: ActivationEnd): Ending {
  if (end === null) {
    const reason: Reason = {
      code: "E_CONNECTION_LOST",
      message: "contact was lost during the activation; the guard on the host decides alone",
      hint: "`flotilla status` shows how it ended, as soon as the host can be reached again",
      step: "activate",
      log: [...log],
    };
    return { outcome: "lost-contact", reason };
  }
  const { code, message, notes, outcome } = end;
  if (code === null) return { outcome, notes };
  return { outcome, notes, reason: { code, message: message ?? code, step: "activate", log: [...log] } };
}

function endingOfError(error: unknown): Ending {
  if (!(error instanceof FlotillaError)) throw error;
  const reason = reasonOf(error);
  // Whatever was broken off had its own words for it.
  const message = error.code === "E_INTERRUPTED" ? interruptedBefore : reason.message;
  return { outcome: outcomeOfError(error), reason: { ...reason, message } };
}

function resultOf(host: Host | null, session: HostSession | null, ending: Ending): HostResult {
  return {
    outcome: ending.outcome,
    reason: ending.reason ?? null,
    previous: session?.inspection.currentSystem ?? null,
    previousVersion: session?.inspection.currentVersion ?? null,
    system: ending.system ?? (host === null ? null : mainProfile(host).path),
    version: ending.version ?? host?.version ?? null,
    notes: ending.notes ?? [],
    ...(ending.before === undefined ? {} : { before: ending.before }),
  };
}
