// How runs ended that nobody saw the end of: asked of the host, told to the history.
import { endingOfActivation } from "../deploy/host-journey.ts";
import type { GuardClient } from "../activation/guard-client.ts";
import type { EventBody } from "../domain/event.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { RunId } from "../domain/run-id.ts";
import type { HostSession } from "../deploy/host-session.ts";
import type { History } from "../history/history.ts";
import { finishedEvent } from "./finished-event.ts";

export interface LearnEndsServices {
  readonly guard: Pick<GuardClient, "reconcile">;
  readonly history: Pick<History, "run" | "unfinished">;
  readonly record: (run: RunId, event: EventBody) => void;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/** The newest ones: a run that was killed before it came to this host stays without an end for good. */
const askedAtMost = 3;

/** Asks for each run of this host without an end. What the host cannot say stays unknown. */
export async function learnEnds(services: LearnEndsServices, host: HostName, session: HostSession): Promise<void> {
  const { guard, history, now, record, signal } = services;
  const open = history.unfinished().filter((unfinished) => unfinished.host === host);
  for (const { run, started } of open.slice(0, askedAtMost)) {
    const known = history.run(run).hosts.find((one) => one.host === host);
    if (known === undefined) continue;
    const expected = known.system === null ? null : { system: known.system, previous: known.previous };
    try {
      const end = await guard.reconcile(session.connection, run, expected, signal);
      if (end === null) continue;
      const seconds = (now().getTime() - new Date(started).getTime()) / 1000;
      record(run, finishedEvent(known, endingOfActivation({ end, log: [] }), seconds));
    } catch (error) {
      // The run never came to this host, or the host cannot be asked as root: both leave its end as unknown as it was.
      if (!(error instanceof FlotillaError)) throw error;
    }
  }
}
