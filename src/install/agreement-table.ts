// Where the hosts of a run wait for each other, so that the operator sees all of it at once before anything is touched.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Agreement } from "./install-host.ts";
import type { Survey } from "./survey-host.ts";

/** Asks about all hosts together; what a host is not agreed to for is its error. */
export type AskAll = (
  surveys: ReadonlyMap<HostName, Survey>,
) => Promise<ReadonlyMap<HostName, Agreement | FlotillaError>>;

export class AgreementTable {
  readonly #ask: AskAll;
  readonly #expected: Set<HostName>;
  readonly #surveys = new Map<HostName, Survey>();
  readonly #answers = new Map<HostName, PromiseWithResolvers<Agreement>>();
  #asked = false;

  constructor(hosts: readonly HostName[], ask: AskAll) {
    this.#expected = new Set(hosts);
    this.#ask = ask;
  }

  /** Resolves once all hosts are known, and this one is agreed to. */
  agree(host: HostName, survey: Survey): Promise<Agreement> {
    const answer = Promise.withResolvers<Agreement>();
    this.#answers.set(host, answer);
    this.#surveys.set(host, survey);
    this.#go(host);
    return answer.promise;
  }

  /** A host that ended before it came here. Safe to call for one that is here. */
  withdraw(host: HostName): void {
    if (!this.#answers.has(host)) this.#go(host);
  }

  #go(host: HostName): void {
    this.#expected.delete(host);
    if (this.#asked || this.#expected.size > 0) return;
    this.#asked = true;
    if (this.#surveys.size > 0) void this.#askAll();
  }

  async #askAll(): Promise<void> {
    try {
      const agreements = await this.#ask(this.#surveys);
      for (const [host, answer] of this.#answers) {
        const agreement = agreements.get(host);
        if (agreement instanceof FlotillaError) answer.reject(agreement);
        else if (agreement !== undefined) answer.resolve(agreement);
        else answer.reject(new FlotillaError("E_WIPE_NOT_NAMED", `${host}: it was not agreed to`, { host }));
      }
    } catch (error) {
      for (const answer of this.#answers.values()) answer.reject(error);
    }
  }
}
