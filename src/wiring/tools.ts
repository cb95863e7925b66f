// The real rooms, each made when it is first needed and ended together.
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { guardClient } from "../activation/guard-client.ts";
import type { GuardClient } from "../activation/guard-client.ts";
import { guardScript } from "../activation/guard-script.ts";
import { inspectionScript } from "../checks/inspection-script.ts";
import type { FlotillaError } from "../domain/flotilla-error.ts";
import type { History } from "../history/history.ts";
import { openHistory } from "../history/open-history.ts";
import { nixPrograms } from "../nix/nix-programs.ts";
import type { Nix, NixSettings } from "../nix/nix.ts";
import type { Runner } from "../process/runner.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import { askMachine } from "../rebuild/machine.ts";
import type { Connection, OpenedConnection, Ssh } from "../ssh/connection.ts";
import { openFirst } from "../ssh/open-first.ts";
import { openSsh } from "../ssh/open-ssh.ts";
import type { Target } from "../ssh/target.ts";
import { directories } from "./directories.ts";
import type { OperatorInput } from "./operator-input.ts";

/** Milliseconds for a first login, over all addresses of a host. */
const loginDeadline = 20_000;

/** Milliseconds for one of several attempts to reach a host again, as during its activation. */
const reopenDeadline = 8_000;

export type Environment = Readonly<Record<string, string | undefined>>;

export class Tools {
  readonly environment: Environment;
  readonly runner: Runner = spawnRunner();
  readonly ssh: Ssh;
  readonly stateDirectory: string;
  readonly #cacheDirectory: string;
  readonly #onWarning: (warning: FlotillaError) => void;
  readonly #input: OperatorInput;
  #history: History | null = null;

  /** @param onWarning told what is wrong with the history, which never stops a run */
  constructor(environment: Environment, input: OperatorInput, onWarning: (warning: FlotillaError) => void) {
    this.environment = environment;
    this.ssh = openSsh(this.runner, { environment, elevationPassword: () => input.elevationPassword });
    const { state, cache } = directories(environment);
    this.stateDirectory = state;
    this.#cacheDirectory = cache;
    this.#onWarning = onWarning;
    this.#input = input;
  }

  /** Asks the operator once, before the first login, for what sudo is told wherever it asks. */
  askElevationPassword(who = "the hosts"): Promise<void> {
    return this.#input.askElevationPassword(who);
  }

  /** All of stdin, however often it is asked for. */
  readStdin(): Promise<string> {
    return this.#input.readStdin();
  }

  get history(): History {
    if (this.#history !== null) return this.#history;
    const path = join(this.stateDirectory, "history.sqlite");
    const opened = openHistory({ path, now: () => new Date(), onFailure: this.#onWarning });
    if (opened.warning !== null) this.#onWarning(opened.warning);
    return (this.#history = opened.history);
  }

  nix(settings: NixSettings): Nix {
    const { environment, runner } = this;
    return nixPrograms(runner, settings, { cacheDirectory: this.#cacheDirectory, environment, now: () => new Date() });
  }

  guard(): GuardClient {
    return guardClient(guardScript());
  }

  /** Logs in to the first target that answers, and asks what it is. */
  logIn(targets: readonly Target[], signal: AbortSignal): Promise<OpenedConnection> {
    const firstScript = inspectionScript({ elevation: targets[0]?.elevation ?? null });
    return openFirst(this.ssh, targets, { deadline: loginDeadline, signal, firstScript });
  }

  /** Logs in to the first target that answers, and asks nothing. */
  async open(targets: readonly Target[], signal: AbortSignal): Promise<Connection> {
    return (await openFirst(this.ssh, targets, { deadline: loginDeadline, signal })).connection;
  }

  /** One attempt to reach what was reached before; whoever calls it tries again. */
  async reopen(targets: readonly Target[], signal: AbortSignal): Promise<Connection> {
    return (await openFirst(this.ssh, targets, { deadline: reopenDeadline, signal })).connection;
  }

  /** What a machine calls itself. */
  async hostnameAt(target: Target, signal: AbortSignal): Promise<string> {
    const connection = await this.open([target], signal);
    try {
      return (await askMachine(connection, signal)).hostname;
    } finally {
      await connection.close();
    }
  }

  /** user@machine; with sudo, the user behind it. */
  operator(): string {
    return `${this.environment["SUDO_USER"] ?? userInfo().username}@${hostname()}`;
  }

  async close(): Promise<void> {
    await this.ssh.close();
    this.#history?.close();
  }
}
