// Many faults in one run: every host of a fleet gets a fault of its own, and each must end in its own way, none harmed by the others.
import type { RunEvent } from "../../src/domain/event.ts";
import type { HostOptions } from "../bed/host.ts";
import { endOf, type Ended, type HostEnd, type Scene, seenOn, type Wish } from "./scene.ts";

export interface Fault {
  /** The system that runs before; healthy unless told. */
  readonly before?: Wish;
  /** The new one, with its fault. Its label is "2" beside what is said here. */
  readonly wish: Wish;
  readonly disks?: HostOptions;
  readonly ends: HostEnd;
  /** Which system runs afterwards, */
  readonly runs: "old" | "new";
  /** is the profile's, and is what the next boot takes. */
  readonly boots: "old" | "new";
  /** What systemd says of the host afterwards; running unless told. */
  readonly state?: "running" | "degraded";
}

/** By the name of the host. */
export type Faults = Readonly<Record<string, Fault>>;

/** What was found of one host, or what should have been. */
export interface Found {
  readonly end: HostEnd;
  readonly running: string;
  readonly bootsNext: string;
  readonly profile: string;
  readonly state: string;
}

/** Deploys all faults at once. Bring the hosts up with `scene.hosts(systemsBefore(faults), disksOf(faults))`. */
export async function deployFaults(scene: Scene, faults: Faults, words: readonly string[] = []): Promise<FaultRun> {
  const before = await scene.toplevels();
  await scene.wishes(mapValues(faults, ({ wish }) => ({ ...wish, system: `label = "2"; ${wish.system ?? ""}` })));
  const wanted = await scene.toplevels();
  const ended = await scene.flotilla([
    "deploy",
    "--json",
    "--parallel",
    "16",
    "--on",
    Object.keys(faults).join(","),
    ...words,
  ]);
  return new FaultRun(scene, faults, { before, wanted, ended });
}

export const systemsBefore = (faults: Faults): Readonly<Record<string, Wish>> =>
  mapValues(faults, ({ before }) => before ?? {});

export const disksOf = (faults: Faults): Readonly<Record<string, HostOptions>> =>
  mapValues(faults, ({ disks }) => disks ?? {});

interface Ran {
  readonly before: Readonly<Record<string, string>>;
  readonly wanted: Readonly<Record<string, string>>;
  readonly ended: Ended;
}

export class FaultRun {
  readonly ended: Ended;
  readonly #scene: Scene;
  readonly #faults: Faults;
  readonly #systems: Pick<Ran, "before" | "wanted">;

  constructor(scene: Scene, faults: Faults, { ended, ...systems }: Ran) {
    this.#scene = scene;
    this.#faults = faults;
    this.#systems = systems;
    this.ended = ended;
  }

  /** How the host was told to have ended, and what a fresh login then finds. */
  async found(name: string): Promise<Found> {
    return { end: endOf(this.ended.events, name), ...(await seenOn(this.#scene.bed.host(name))) };
  }

  expected(name: string): Found {
    const fault = this.#faults[name];
    if (fault === undefined) throw new Error(`no fault for ${name}`);
    const { boots, ends, runs, state = "running" } = fault;
    const profile = this.#system(name, boots);
    return { end: ends, running: this.#system(name, runs), bootsNext: profile, profile, state };
  }

  /** The last word on a host. */
  finished(name: string): Extract<RunEvent, { type: "host-finished" }> {
    const event = this.ended.events.find((one) => one.type === "host-finished" && one.host === name);
    if (event?.type !== "host-finished") throw new Error(`${name} has no end`);
    return event;
  }

  #system(name: string, which: "old" | "new"): string {
    const system = which === "old" ? this.#systems.before[name] : this.#systems.wanted[name];
    if (system === undefined) throw new Error(`no system of ${name}`);
    return system;
  }
}

const mapValues = <From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
