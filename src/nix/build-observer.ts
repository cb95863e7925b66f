// Follows a build through Nix's internal-json: what runs, how far it is, what failed and what it said last.
import { DerivationPath } from "../domain/store-path.ts";
import { activityType, type NixLogMessage, resultType } from "./internal-json.ts";
import { RecentLines } from "./recent-lines.ts";

export interface BuildListener {
  readonly onProgress: (progress: { done: number; expected: number; running: readonly string[] }) => void;
  readonly onLog: (derivation: string, line: string) => void;
  /** Something may have come into the store; what, Nix does not always say. */
  readonly onAdvance: () => void;
}

export interface FailedDerivation {
  readonly derivation: DerivationPath;
  /** Nix's own words. */
  readonly message: string;
  readonly log: readonly string[];
}

const logLines = 25;
const errorLines = 200;
const derivationInText = /\/nix\/store\/[0-9a-z]{32}-[A-Za-z0-9+._?=-]+\.drv(?=')/u;
const consequence = /dependenc(?:y|ies) (?:of derivation .* )?failed|\bdependenc(?:y|ies) failed/u;

interface RunningBuild {
  readonly derivation: string;
  readonly recent: RecentLines;
}

/** Holds only what is running and what failed, however long the build. */
export class BuildObserver {
  readonly #listener: BuildListener;
  readonly #running = new Map<number, RunningBuild>();
  readonly #substituting = new Set<number>();
  readonly #started = new Set<string>();
  readonly #failed = new Map<DerivationPath, FailedDerivation>();
  readonly #errors = new RecentLines(errorLines);
  #builds: number | null = null;
  #done = 0;
  #expected = 0;
  #reported = "";

  constructor(listener: BuildListener) {
    this.#listener = listener;
  }

  /** The derivations whose own build failed, not those that only needed them. */
  get failed(): ReadonlyMap<DerivationPath, FailedDerivation> {
    return this.#failed;
  }

  /** What Nix reported as errors, the newest lines of it. */
  get errors(): string {
    return this.#errors.lines.join("\n");
  }

  hasStarted(derivation: string): boolean {
    return this.#started.has(derivation);
  }

  take(message: NixLogMessage): void {
    switch (message.action) {
      case "start":
        return this.#start(message);
      case "stop":
        return this.#stop(message.id);
      case "result":
        return this.#result(message);
      case "msg":
        return this.#message(message);
    }
  }

  /** Takes a derivation that is known to be built out of what runs: Nix itself keeps those it was asked for until its end. */
  finish(derivation: string): void {
    for (const [id, build] of this.#running) if (build.derivation === derivation) this.#running.delete(id);
    this.#report();
  }

  #start({ id, type, fields }: Extract<NixLogMessage, { action: "start" }>): void {
    if (type === activityType.builds) this.#builds = id;
    if (type === activityType.substitute || type === activityType.copyPath) this.#substituting.add(id);
    if (type !== activityType.build) return;
    this.#started.add(String(fields[0]));
    this.#running.set(id, { derivation: String(fields[0]), recent: new RecentLines(logLines) });
    this.#report();
  }

  #stop(id: number): void {
    if (this.#running.delete(id)) this.#report();
    else if (!this.#substituting.delete(id)) return;
    this.#listener.onAdvance();
  }

  #result({ id, type, fields }: Extract<NixLogMessage, { action: "result" }>): void {
    if (type === resultType.progress && id === this.#builds) {
      const [done, expected] = fields.map(Number);
      const advanced = done !== undefined && done > this.#done;
      this.#done = done ?? this.#done;
      this.#expected = expected ?? this.#expected;
      this.#report();
      if (advanced) this.#listener.onAdvance();
    }
    if (type === resultType.buildLogLine) {
      const build = this.#running.get(id);
      if (build === undefined) return;
      const line = String(fields[0]);
      build.recent.add(line);
      this.#listener.onLog(nameOf(build.derivation), line);
    }
  }

  #message({ level, msg }: Extract<NixLogMessage, { action: "msg" }>): void {
    if (level > 0) return;
    for (const line of msg.split("\n")) this.#errors.add(line);
    const derivation = DerivationPath.safeParse(derivationInText.exec(msg)?.[0]).data;
    if (derivation === undefined || consequence.test(msg) || this.#failed.has(derivation)) return;
    const log = [...this.#running.values()].find((build) => build.derivation === derivation)?.recent.lines ?? [];
    this.#failed.set(derivation, { derivation, message: msg, log });
  }

  #report(): void {
    const running = [...this.#running.values()].map(({ derivation }) => nameOf(derivation));
    const progress = { done: this.#done, expected: this.#expected, running };
    const text = JSON.stringify(progress);
    if (text === this.#reported) return;
    this.#reported = text;
    this.#listener.onProgress(progress);
  }
}

/**
 * The name of a derivation without hash and suffix.
 *
 * @example nameOf("/nix/store/gfay5lcybi53sn3f5m38kq2hzlmaaciz-postgresql-17.2.drv") // "postgresql-17.2"
 */
export function nameOf(derivation: string): string {
  return derivation.replace(/^\/nix\/store\/[0-9a-z]{32}-/u, "").replace(/\.drv$/u, "");
}
