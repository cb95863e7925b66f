// The last lines of something that may say a great deal.

/** Keeps the newest `limit` lines. */
export class RecentLines {
  readonly #limit: number;
  readonly #lines: string[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > this.#limit) this.#lines.shift();
  }

  get lines(): readonly string[] {
    return [...this.#lines];
  }
}
