// Writes the events of runs into the history: one transaction an event, so that a kill at any moment leaves whole ones.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RunEvent } from "../domain/event.ts";
import { withoutCredentials } from "../domain/without-credentials.ts";

type EventOf<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;

export class EventRecorder {
  readonly #database: DatabaseSync;
  readonly #insertRun: StatementSync;
  readonly #insertHost: StatementSync;
  readonly #identifyHost: StatementSync;
  readonly #insertPhase: StatementSync;
  readonly #finishHost: StatementSync;
  readonly #finishRun: StatementSync;
  /** When the phases under way began, by run, host and phase. */
  readonly #phaseStarts = new Map<string, number>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insertRun = database.prepare(
      "INSERT INTO runs (id, goal, flake, revision, operator, started) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    );
    this.#insertHost = database.prepare(
      "INSERT INTO hosts (run, host, position) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    );
    this.#identifyHost = database.prepare(
      "UPDATE hosts SET address = ?, port = ?, user = ?, machine_id = ? WHERE run = ? AND host = ?",
    );
    // A phase that a host passes twice, such as a check before and after the build, counts as the sum.
    this.#insertPhase = database.prepare(
      `INSERT INTO phases (run, host, phase, seconds) SELECT ?1, ?2, ?3, ?4
       WHERE EXISTS (SELECT 1 FROM hosts WHERE run = ?1 AND host = ?2)
       ON CONFLICT DO UPDATE SET seconds = seconds + excluded.seconds`,
    );
    this.#finishHost = database.prepare(
      `UPDATE hosts SET outcome = ?, code = ?, message = ?, system = ?, previous = ?, version = ?, previous_version = ?,
       seconds = ?, finished = ? WHERE run = ? AND host = ?`,
    );
    this.#finishRun = database.prepare("UPDATE runs SET finished = ?, exit_status = ? WHERE id = ?");
  }

  record(event: RunEvent): void {
    switch (event.type) {
      case "run-started":
        return this.#startRun(event);
      case "host-identified":
        this.#identifyHost.run(event.address, event.port, event.user, event.machineId, event.run, event.host);
        return;
      case "host-phase":
        return this.#phase(event);
      case "host-finished":
        this.#finishHost.run(
          event.outcome,
          event.reason?.code ?? null,
          event.reason?.message ?? null,
          event.system,
          event.previous,
          event.version,
          event.previousVersion,
          event.seconds,
          event.at,
          event.run,
          event.host,
        );
        return;
      case "run-finished":
        this.#finishRun.run(event.at, event.exitStatus, event.run);
        return;
      case "host-progress":
      case "host-log":
      case "build-progress":
      case "build-log":
      case "warning":
        return;
    }
  }

  #startRun(event: EventOf<"run-started">): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const { run, goal, flake, revision, operator, at } = event;
      this.#insertRun.run(run, goal, withoutCredentials(flake), revision, operator, at);
      for (const [position, host] of event.hosts.entries()) this.#insertHost.run(run, host, position);
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #phase(event: EventOf<"host-phase">): void {
    const key = `${event.run} ${event.host} ${event.phase}`;
    const at = Date.parse(event.at);
    const started = this.#phaseStarts.get(key);
    if (event.state === "started") {
      this.#phaseStarts.set(key, started ?? at);
    } else if (started !== undefined) {
      this.#phaseStarts.delete(key);
      this.#insertPhase.run(event.run, event.host, event.phase, Math.max(0, at - started) / 1000);
    }
  }
}
