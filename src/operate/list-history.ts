// The history as rows: a host of a run each, the newest run first.
import type { HostName } from "../domain/host-name.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { RunId } from "../domain/run-id.ts";
import type { History } from "../history/history.ts";

export interface HistoryRow {
  readonly run: RunId;
  /** ISO 8601. */
  readonly at: string;
  readonly host: HostName;
  readonly goal: string;
  /** null: the run ended before the host did. */
  readonly outcome: Outcome | null;
  readonly code: string | null;
  readonly system: string | null;
  readonly version: string | null;
  readonly revision: string | null;
  readonly operator: string;
  readonly seconds: number | null;
}

/** @param limit how many runs */
export function listHistory(history: History, limit: number, only: HostName | null): readonly HistoryRow[] {
  return history.lastRuns(limit, only ?? undefined).flatMap(({ goal, hosts, operator, revision, run, started }) =>
    hosts.map(({ host, outcome, reason, seconds, system, version }) => ({
      run,
      at: started,
      host,
      goal,
      outcome,
      code: reason?.code ?? null,
      system,
      version,
      revision,
      operator,
      seconds,
    })),
  );
}
