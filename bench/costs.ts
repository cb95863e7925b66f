// What a measured program costs beside time: logins, by the hosts' own sshd, and processor time, by their control groups.
import type { BenchFleet } from "./bench-fleet.ts";
import { median } from "./measure.ts";

export class Costs {
  readonly #fleet: BenchFleet;
  readonly #logins = new Set<number>();
  readonly #processor: number[] = [];
  #before: { readonly logins: readonly number[]; readonly processor: number } = { logins: [], processor: 0 };

  constructor(fleet: BenchFleet) {
    this.#fleet = fleet;
  }

  async begin(): Promise<void> {
    const logins = await this.#fleet.logins();
    this.#before = { logins, processor: await this.#fleet.processorTime() };
  }

  async end(): Promise<void> {
    this.#processor.push((await this.#fleet.processorTime()) - this.#before.processor);
    const after = await this.#fleet.logins();
    for (const [index, count] of after.entries()) this.#logins.add(count - (this.#before.logins[index] ?? 0));
  }

  /** Of a host: "2" where it was always two, "2 to 4" where it was not. */
  get logins(): string {
    const [least, most] = [Math.min(...this.#logins), Math.max(...this.#logins)];
    return least === most ? String(least) : `${least} to ${most}`;
  }

  /** Of all hosts and the operator: the median, in milliseconds. */
  get processorTime(): number {
    return median(this.#processor);
  }
}
