// Collects hosts that are ready to be built into few `nix build` calls: what waits goes together, since most hosts share
// most of what they need, and two calls that need the same wait for each other. Only a call that takes long lets a second
// run beside it, so that nobody waits for a long build that they do not need; nix itself shares the machine between their jobs.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Host } from "../fleet/fleet.ts";
import { rootName, type RootNames } from "../nix/gc-roots.ts";
import type { BuildItem, BuildRequest, Nix } from "../nix/nix.ts";

const simultaneousCalls = 2;
/** Milliseconds that hosts wait for a call under way to end. */
const patience = 3_000;

export type BuildQueueOptions = Omit<BuildRequest, "items" | "onItem">;

/** What there is to build for a host: each of its profiles, by the name of its gc root. */
export const buildItems = ({ name, profiles }: Host, names: RootNames = "own"): readonly BuildItem[] =>
  profiles.map(({ name: profile, derivation, path }) => ({
    name: rootName(names, name, profile),
    host: name,
    derivation,
    path,
  }));

interface Waiting {
  readonly host: Host;
  readonly done: PromiseWithResolvers<void>;
}

export class BuildQueue {
  readonly #nix: Pick<Nix, "build">;
  readonly #options: BuildQueueOptions;
  readonly #rootNames: RootNames;
  readonly #patience: number;
  #waiting: Waiting[] = [];
  #running = 0;
  #impatience: NodeJS.Timeout | undefined;

  constructor(nix: Pick<Nix, "build">, options: BuildQueueOptions, rootNames: RootNames = "own", waitFor = patience) {
    this.#nix = nix;
    this.#options = options;
    this.#rootNames = rootNames;
    this.#patience = waitFor;
  }

  /** Resolves when the host's system exists; rejects with what kept it from being built. */
  build(host: Host): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ host, done });
    if (this.#waiting.length === 1) {
      // Hosts that become ready in the same moment share a call.
      setImmediate(() => this.#next(1));
      this.#impatience = setTimeout(() => this.#next(simultaneousCalls), this.#patience);
    }
    return done.promise;
  }

  /** Builds what waits, unless that many calls are running. */
  #next(mostCalls: number): void {
    if (this.#running >= mostCalls || this.#waiting.length === 0) return;
    clearTimeout(this.#impatience);
    const batch = new Map(this.#waiting.map((entry) => [entry.host.name, entry]));
    this.#waiting = [];
    this.#running += 1;
    void this.#run(batch).finally(() => {
      this.#running -= 1;
      this.#next(simultaneousCalls);
    });
  }

  async #run(batch: ReadonlyMap<HostName, Waiting>): Promise<void> {
    const items = [...batch.values()].flatMap(({ host }) => buildItems(host, this.#rootNames));
    const missing = new Map([...batch.values()].map(({ host }) => [host.name, host.profiles.length]));
    const onItem = ({ host }: BuildItem, result: "built" | FlotillaError): void => {
      const left = (missing.get(host) ?? 0) - 1;
      missing.set(host, left);
      if (result !== "built") batch.get(host)?.done.reject(result);
      else if (left === 0) batch.get(host)?.done.resolve();
    };
    let reason: unknown = new FlotillaError("E_BUILD", "nix ended without building this system", { step: "build" });
    try {
      await this.#nix.build({ ...this.#options, items, onItem });
    } catch (error) {
      reason = error;
    }
    // For hosts that the call never spoke of; settling the others again does nothing.
    for (const { done } of batch.values()) done.reject(reason);
  }
}
