// Collects hosts that are ready to be built into few `nix build` calls: what waits goes together, and nothing waits
// for a build that it does not need. Two calls at most run at once; nix itself shares the machine between their jobs.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Host } from "../fleet/fleet.ts";
import type { BuildRequest, Nix } from "../nix/nix.ts";

const simultaneousCalls = 2;

export type BuildQueueOptions = Omit<BuildRequest, "hosts" | "onHost">;

interface Waiting {
  readonly host: Host;
  readonly done: PromiseWithResolvers<void>;
}

export class BuildQueue {
  readonly #nix: Nix;
  readonly #options: BuildQueueOptions;
  #waiting: Waiting[] = [];
  #running = 0;

  constructor(nix: Nix, options: BuildQueueOptions) {
    this.#nix = nix;
    this.#options = options;
  }

  /** Resolves when the host's system exists; rejects with what kept it from being built. */
  build(host: Host): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ host, done });
    // Hosts that become ready in the same moment share a call.
    if (this.#waiting.length === 1) setImmediate(() => this.#next());
    return done.promise;
  }

  #next(): void {
    if (this.#running >= simultaneousCalls || this.#waiting.length === 0) return;
    const batch = new Map(this.#waiting.map((entry) => [entry.host.name, entry]));
    this.#waiting = [];
    this.#running += 1;
    void this.#run(batch).finally(() => {
      this.#running -= 1;
      this.#next();
    });
  }

  async #run(batch: ReadonlyMap<HostName, Waiting>): Promise<void> {
    const hosts = [...batch.values()].map(({ host }) => ({
      name: host.name,
      derivation: host.derivation,
      toplevel: host.toplevel,
    }));
    const onHost = (name: HostName, result: "built" | FlotillaError): void => {
      if (result === "built") batch.get(name)?.done.resolve();
      else batch.get(name)?.done.reject(result);
    };
    let reason: unknown = new FlotillaError("E_BUILD", "nix ended without building this system", { step: "build" });
    try {
      await this.#nix.build({ ...this.#options, hosts, onHost });
    } catch (error) {
      reason = error;
    }
    // For hosts that the call never spoke of; settling the others again does nothing.
    for (const { done } of batch.values()) done.reject(reason);
  }
}
