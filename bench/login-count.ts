// Counts the logins of a measured program, by the hosts' own sshd.
import type { BenchFleet } from "./bench-fleet.ts";

export class LoginCount {
  readonly #fleet: BenchFleet;
  readonly #seen = new Set<number>();
  #before: readonly number[] = [];

  constructor(fleet: BenchFleet) {
    this.#fleet = fleet;
  }

  async begin(): Promise<void> {
    this.#before = await this.#fleet.logins();
  }

  async end(): Promise<void> {
    const after = await this.#fleet.logins();
    for (const [index, count] of after.entries()) this.#seen.add(count - (this.#before[index] ?? 0));
  }

  /** "2" where it was always two, "2 to 4" where it was not. */
  summary(): string {
    const [least, most] = [Math.min(...this.#seen), Math.max(...this.#seen)];
    return least === most ? String(least) : `${least} to ${most}`;
  }
}
