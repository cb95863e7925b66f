// The history over an open SQLite database: events in, answers out.
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { RunEvent } from "../domain/event.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { History, KnownHost, RunRecord, UnfinishedHost } from "./history.ts";
import { EventRecorder } from "./event-recorder.ts";
import {
  HostRow,
  IdRow,
  LoginRow,
  PhaseRow,
  RunningSystemRow,
  RunRow,
  UnfinishedRow,
  hostRecordOf,
  loginOf,
} from "./rows.ts";

export class SqliteHistory implements History {
  readonly #database: DatabaseSync;
  readonly #recorder: EventRecorder;
  readonly #onFailure: (failure: FlotillaError) => void;
  #failed = false;

  constructor(database: DatabaseSync, onFailure: (failure: FlotillaError) => void) {
    this.#database = database;
    this.#recorder = new EventRecorder(database);
    this.#onFailure = onFailure;
  }

  record(event: RunEvent): void {
    try {
      this.#recorder.record(event);
    } catch (cause) {
      if (this.#failed) return;
      this.#failed = true;
      this.#onFailure(unusable("this run's history is incomplete", cause));
    }
  }

  lastRuns(limit: number, host?: HostName): readonly RunRecord[] {
    const runs =
      host === undefined
        ? this.#all(IdRow, "SELECT id FROM runs ORDER BY started DESC, id LIMIT ?", limit)
        : this.#all(
            IdRow,
            "SELECT id FROM runs JOIN hosts ON run = id WHERE host = ? ORDER BY started DESC, id LIMIT ?",
            host,
            limit,
          );
    return runs.map(({ id }) => this.#read(id, host ?? null));
  }

  run(idOrPrefix: string): RunRecord {
    const found = this.#all(
      IdRow,
      "SELECT id FROM runs WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id = ?1 DESC, started DESC LIMIT 4",
      idOrPrefix,
    );
    const [first, ...others] = found.map(({ id }) => id);
    if (first !== undefined && (others.length === 0 || first === idOrPrefix)) return this.#read(first, null);
    throw first === undefined || idOrPrefix === ""
      ? new FlotillaError("E_NO_SUCH_RUN", `the history knows no run "${idOrPrefix}"`, {
          hint: "flotilla history lists the runs of this machine",
        })
      : new FlotillaError("E_NO_SUCH_RUN", `more than one run begins with "${idOrPrefix}"`, {
          hint: `it may be ${[first, ...others].join(", ")}`,
        });
  }

  lastKnown(host: HostName): KnownHost | null {
    // A machine that was refused is not known to be this host, whatever it called itself.
    const [row] = this.#all(
      LoginRow,
      `SELECT address, port, user, machine_id FROM hosts JOIN runs ON id = run
       WHERE host = ? AND address IS NOT NULL AND outcome IS NOT 'refused' ORDER BY started DESC, id LIMIT 1`,
      host,
    );
    const login = row === undefined ? null : loginOf(row);
    if (login === null) return null;
    const [running] = this.#all(
      RunningSystemRow,
      `SELECT CASE outcome WHEN 'rolled-back' THEN previous ELSE hosts.system END AS system
       FROM hosts JOIN runs ON id = run
       WHERE host = ? AND outcome IN ('unchanged', 'deployed', 'tested', 'rolled-back') ORDER BY started DESC, id LIMIT 1`,
      host,
    );
    return { ...login, system: running?.system ?? null };
  }

  unfinished(): readonly UnfinishedHost[] {
    return this.#all(
      UnfinishedRow,
      `SELECT run, host, started, outcome FROM hosts JOIN runs ON id = run
       WHERE outcome IS NULL OR outcome = 'lost-contact' ORDER BY started DESC, id, position`,
    );
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #read(id: string, host: HostName | null): RunRecord {
    const [run] = this.#all(RunRow, "SELECT * FROM runs WHERE id = ?", id);
    if (run === undefined) throw new FlotillaError("E_NO_SUCH_RUN", `the history knows no run "${id}"`);
    const phases = this.#all(PhaseRow, "SELECT host, phase, seconds FROM phases WHERE run = ?", id);
    const hosts = this.#all(
      HostRow,
      "SELECT * FROM hosts WHERE run = ?1 AND (?2 IS NULL OR host = ?2) ORDER BY position",
      id,
      host,
    );
    return {
      run: run.id,
      goal: run.goal,
      flake: run.flake,
      revision: run.revision,
      operator: run.operator,
      started: run.started,
      finished: run.finished,
      exitStatus: run.exit_status,
      hosts: hosts.map((row) => hostRecordOf(row, phases)),
    };
  }

  #all<Row extends z.ZodType>(row: Row, sql: string, ...values: (string | number | null)[]): z.output<Row>[] {
    try {
      return z.array(row).parse(this.#database.prepare(sql).all(...values));
    } catch (cause) {
      throw unusable("the history cannot be read", cause);
    }
  }
}

function unusable(what: string, cause: unknown): FlotillaError {
  const why = cause instanceof z.ZodError ? "it holds rows that flotilla did not write" : String(cause);
  return new FlotillaError("E_HISTORY", `${what}: ${why}`, { cause });
}
