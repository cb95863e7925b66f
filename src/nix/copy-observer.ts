// Follows `nix copy` through internal-json: how much of how much has gone up.
import { activityType, type NixLogMessage, resultType } from "./internal-json.ts";
import type { CopyRequest } from "./nix.ts";
import { RecentLines } from "./recent-lines.ts";

/** Bytes between two reports, and reports at most: Nix speaks up for every few kilobytes. */
const leastStep = 256 * 1024;
const mostReports = 200;

export class CopyObserver {
  readonly #onProgress: CopyRequest["onProgress"];
  readonly #onLog: CopyRequest["onLog"];
  readonly #errors = new RecentLines(200);
  /** Bytes of the paths under way, by activity. */
  readonly #underWay = new Map<number, number>();
  #copy: number | null = null;
  /** What Nix before 2.20 tells in place of bytes. */
  readonly #paths = { done: 0, expected: 0 };
  #finished = 0;
  #expected = 0;
  #reported = 0;

  constructor({ onProgress, onLog }: Pick<CopyRequest, "onProgress" | "onLog">) {
    this.#onProgress = onProgress;
    this.#onLog = onLog;
  }

  get errors(): string {
    return this.#errors.lines.join("\n");
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
        this.#onLog(message.msg);
        if (message.level === 0) for (const line of message.msg.split("\n")) this.#errors.add(line);
        return;
    }
  }

  #start({ id, type, text }: Extract<NixLogMessage, { action: "start" }>): void {
    if (type === activityType.copyPaths && text !== "") {
      this.#copy = id;
      this.#paths.expected = Number(/\d+/u.exec(text)?.[0] ?? 0);
    }
    if (type === activityType.copyPath) {
      this.#underWay.set(id, 0);
      this.#onLog(text);
    }
  }

  #stop(id: number): void {
    const bytes = this.#underWay.get(id);
    if (bytes === undefined) return;
    this.#underWay.delete(id);
    this.#finished += bytes;
    this.#paths.done += 1;
    if (this.#expected > 0) this.#report(0);
    else this.#onProgress({ ...this.#paths, unit: "paths" });
  }

  #result({ id, type, fields }: Extract<NixLogMessage, { action: "result" }>): void {
    const [first, second] = fields.map(Number);
    if (type === resultType.setExpected && id === this.#copy && first === activityType.copyPath) {
      this.#expected = second ?? 0;
      this.#report(0);
    }
    if (type === resultType.progress && this.#underWay.has(id)) {
      this.#underWay.set(id, first ?? 0);
      this.#report(Math.max(leastStep, this.#expected / mostReports));
    }
  }

  #report(least: number): void {
    const done = Math.min(
      this.#expected,
      this.#finished + [...this.#underWay.values()].reduce((sum, bytes) => sum + bytes, 0),
    );
    if (this.#expected === 0 || done - this.#reported < least) return;
    this.#reported = done;
    this.#onProgress({ done, expected: this.#expected, unit: "bytes" });
  }
}
