// Follows `nix copy` through internal-json: how much of how much has gone up.
import { activityType, type NixLogMessage, resultType } from "./internal-json.ts";
import type { CopyRequest } from "./nix.ts";
import { RecentLines } from "./recent-lines.ts";

/** Bytes between two reports: Nix speaks up for each kilobyte. */
const step = 256 * 1024;

export class CopyObserver {
  readonly #onProgress: CopyRequest["onProgress"];
  readonly #onLog: CopyRequest["onLog"];
  readonly #errors = new RecentLines(200);
  /** Bytes of the paths under way, by activity. */
  readonly #underWay = new Map<number, number>();
  #copy: number | null = null;
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
        if (message.type === activityType.copyPaths) this.#copy = message.id;
        if (message.type === activityType.copyPath) {
          this.#underWay.set(message.id, 0);
          this.#onLog(message.text);
        }
        return;
      case "stop":
        this.#finished += this.#underWay.get(message.id) ?? 0;
        if (this.#underWay.delete(message.id)) this.#report(0);
        return;
      case "result":
        return this.#result(message);
      case "msg":
        this.#onLog(message.msg);
        if (message.level === 0) for (const line of message.msg.split("\n")) this.#errors.add(line);
        return;
    }
  }

  #result({ id, type, fields }: Extract<NixLogMessage, { action: "result" }>): void {
    const [first, second] = fields.map(Number);
    if (type === resultType.setExpected && id === this.#copy && first === activityType.copyPath) {
      this.#expected = second ?? 0;
      this.#report(0);
    }
    if (type === resultType.progress && this.#underWay.has(id)) {
      this.#underWay.set(id, first ?? 0);
      this.#report(step);
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
