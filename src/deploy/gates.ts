// The gates of one run: which host may be activated when, as waves and dependencies are learnt and hosts end.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import { predecessors } from "./waves.ts";
import type { WaveMember } from "./waves.ts";

type Order = Omit<WaveMember, "name">;

interface Member {
  readonly order: PromiseWithResolvers<Order>;
  readonly succeeded: PromiseWithResolvers<boolean>;
}

export class Gates {
  readonly #members = new Map<HostName, Member>();
  #fleet: ReadonlySet<string> = new Set();

  /** The hosts of this run, and the names that `dependsOn` may use. */
  expect(run: readonly HostName[], fleet: readonly HostName[]): void {
    this.#fleet = new Set(fleet);
    for (const name of run) {
      this.#members.set(name, { order: Promise.withResolvers(), succeeded: Promise.withResolvers() });
    }
  }

  /** What the host's settings say; null for a host that does not evaluate, which holds up all later waves. */
  learn(name: HostName, order: Order | null): void {
    const { wave, dependsOn } = order ?? { wave: 0, dependsOn: [] };
    this.#members.get(name)?.order.resolve({ wave, dependsOn });
  }

  /** How the host ended. */
  finish(name: HostName, succeeded: boolean): void {
    const member = this.#members.get(name);
    member?.order.resolve({ wave: 0, dependsOn: [] });
    member?.succeeded.resolve(succeeded);
  }

  /**
   * Resolves when all that go before this host have succeeded.
   *
   * @throws E_HALTED as soon as one of them has not; E_CONFIGURATION when the order cannot be.
   */
  async pass(name: HostName): Promise<void> {
    const own = await this.#members.get(name)?.order.promise;
    if (own === undefined || (own.wave === 0 && own.dependsOn.length === 0)) return;
    const members = await Promise.all(
      [...this.#members].map(async ([other, { order }]) => ({ name: other, ...(await order.promise) })),
    );
    const before = predecessors(members, this.#fleet).get(name) ?? [];
    await Promise.all(
      before.map(async (other) => {
        if ((await this.#members.get(other)?.succeeded.promise) === true) return;
        throw new FlotillaError("E_HALTED", `${other} goes before this host and did not succeed`, {
          host: name,
          hint: `see to ${other} first; the hosts that were not reached are deployed by the same command again`,
        });
      }),
    );
  }
}
