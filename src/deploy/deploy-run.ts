// A whole run: reads the fleet, sends every host on its way as soon as it is known, and says how each one ended.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Goal } from "../domain/goal.ts";
import type { HostName } from "../domain/host-name.ts";
import { withoutCredentials } from "../domain/without-credentials.ts";
import { tallyOutcomes, exitStatus, isSuccess, runExitStatus } from "../domain/outcome.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Host } from "../fleet/fleet.ts";
import { type FleetNix, type FleetRequest, readFleet } from "../fleet/read-fleet.ts";
import type { FleetMember } from "../nix/nix.ts";
import type { HostResult } from "./host-result.ts";
import type { RunServices } from "./run-services.ts";
import type { Gates } from "./gates.ts";

export interface DeployRequest extends FleetRequest {
  readonly goal: Goal;
  /** An address that only one host can have. */
  readonly targetHost: string | null;
  /** Whether hosts that went well are taken back when one has failed; null: as the tool does whose configuration it is. */
  readonly rollbackSucceeded: boolean | null;
}

/** Takes a host back to what it ran before this run, after another one failed. */
export type UndoOne = (name: HostName, evaluation: Promise<Host>, done: HostResult) => Promise<HostResult>;

type DeployServices = Pick<RunServices, "clock" | "emit" | "interruption" | "operator"> & {
  readonly nix: FleetNix;
};

/** One host's way to its result; deployHost with the steps of the run, or what takes its place. */
export type DeployOne = (name: HostName, evaluation: Promise<Host>) => Promise<HostResult>;

/**
 * Runs to the end and resolves with the exit status. What happens to a host is an outcome, never an exception.
 *
 * @param undo for hosts that went well where another has failed; they end only then
 *
 * @throws FlotillaError when the fleet cannot be read or the selection is empty: before anything was tried.
 */
export async function deployRun(
  request: DeployRequest,
  services: DeployServices,
  gates: Gates,
  deploy: DeployOne,
  undo: UndoOne,
): Promise<number> {
  return new DeployRun(request, services, gates, deploy, undo).run();
}

class DeployRun {
  readonly #request: DeployRequest;
  readonly #services: DeployServices;
  readonly #gates: Gates;
  readonly #deployOne: DeployOne;
  readonly #undoOne: UndoOne;
  #takesBack = false;
  readonly #started: number;
  readonly #evaluations = new Map<HostName, PromiseWithResolvers<Host>>();
  readonly #hosts: Promise<void>[] = [];
  readonly #results = new Map<HostName, HostResult>();
  /** Hosts that are as their settings say although nothing was done: offline and skipped, or never deployed to. */
  readonly #excused = new Set<HostName>();

  /** Hosts that went well, and whose end waits for that of the others. */
  readonly #held = new Map<HostName, HostResult>();

  constructor(request: DeployRequest, services: DeployServices, gates: Gates, deploy: DeployOne, undo: UndoOne) {
    this.#request = request;
    this.#services = services;
    this.#gates = gates;
    this.#deployOne = deploy;
    this.#undoOne = undo;
    this.#started = services.clock.now().getTime();
  }

  async run(): Promise<number> {
    const { emit, interruption, nix } = this.#services;
    try {
      await readFleet(nix, {
        ...this.#request,
        signal: interruption.halt,
        onSelected: (hosts, fleet) => this.#begin(hosts, fleet),
        onHost: (name, result) => this.#evaluated(name, result),
        onWarning: (message) => emit({ type: "warning", message }),
        onLog: (host, line) => emit({ type: "host-log", host, phase: "evaluate", line }),
      });
    } catch (error) {
      if (this.#evaluations.size === 0) throw error;
      for (const { reject } of this.#evaluations.values()) reject(error);
    }
    await Promise.all(this.#hosts);
    await this.#release();
    return this.#end();
  }

  #begin(hosts: readonly FleetMember[], fleet: readonly HostName[]): void {
    const { emit, operator } = this.#services;
    const { goal, source, targetHost } = this.#request;
    const names = hosts.map(({ name }) => name);
    this.#takesBack = this.#request.rollbackSucceeded ?? hosts.some(({ form }) => form === "deploy");
    if (targetHost !== null && names.length !== 1) {
      throw new FlotillaError("E_USAGE", `--target-host is for one host, and ${names.length} are selected`, {
        hint: "select the one that has this address with --on",
      });
    }
    emit({
      type: "run-started",
      goal,
      flake: withoutCredentials(source.reference),
      revision: source.revision,
      operator,
      hosts: [...names],
    });
    this.#gates.expect(names, fleet);
    for (const name of names) {
      const evaluation = Promise.withResolvers<Host>();
      evaluation.promise.catch(() => {});
      this.#evaluations.set(name, evaluation);
      emit({ type: "host-phase", host: name, phase: "evaluate", state: "started" });
    }
    for (const [name, { promise }] of this.#evaluations) this.#hosts.push(this.#deploy(name, promise));
  }

  #evaluated(host: HostName, result: Host | FlotillaError): void {
    const failed = result instanceof FlotillaError;
    this.#services.emit({ type: "host-phase", host, phase: "evaluate", state: failed ? "failed" : "finished" });
    this.#gates.learn(host, failed ? null : result.deployment);
    const evaluation = this.#evaluations.get(host);
    if (failed) evaluation?.reject(result.at(host, "evaluate"));
    else evaluation?.resolve(result);
  }

  async #deploy(name: HostName, evaluation: Promise<Host>): Promise<void> {
    const result = await this.#deployOne(name, evaluation);
    if (this.#takesBack && result.before !== undefined) {
      this.#held.set(name, result);
      this.#gates.finish(name, true);
      return;
    }
    await this.#finish(name, evaluation, result);
  }

  /** Ends the hosts that were held: as they are, or taken back where another one failed. */
  async #release(): Promise<void> {
    const failed = [...this.#results].some(
      ([name, { outcome }]) => !this.#excused.has(name) && !isSuccess(outcome) && outcome !== "skipped",
    );
    await Promise.all(
      Array.from(this.#held, async ([name, result]) => {
        const evaluation = this.#evaluations.get(name)?.promise;
        if (evaluation === undefined) return;
        const takesBack = failed && !this.#services.interruption.halt.aborted;
        await this.#finish(name, evaluation, takesBack ? await this.#undoOne(name, evaluation, result) : result);
      }),
    );
  }

  async #finish(name: HostName, evaluation: Promise<Host>, result: HostResult): Promise<void> {
    const { clock, emit } = this.#services;
    const offline = await evaluation.then(
      ({ deployment }) => deployment.offline,
      () => "fail",
    );
    const { reason, notes, before: _, ...rest } = result;
    const away = result.outcome === "unreachable" && offline === "skip";
    const outcome: Outcome = away ? "skipped" : result.outcome;
    const excused = away || reason?.code === "E_NOT_DEPLOYED";
    if (excused) this.#excused.add(name);
    this.#results.set(name, { ...result, outcome });
    this.#gates.finish(name, excused || isSuccess(outcome));
    emit({
      type: "host-finished",
      host: name,
      ...rest,
      outcome,
      ...(reason === null ? {} : { reason }),
      notes: [...notes],
      seconds: (clock.now().getTime() - this.#started) / 1000,
    });
  }

  #end(): number {
    const { clock, emit, interruption } = this.#services;
    const outcomes = tallyOutcomes(Array.from(this.#results.values(), ({ outcome }) => outcome));
    const counted = [...this.#results].filter(([name]) => !this.#excused.has(name)).map(([, { outcome }]) => outcome);
    const status = interruption.halt.aborted ? exitStatus.interrupted : runExitStatus(counted);
    const seconds = (clock.now().getTime() - this.#started) / 1000;
    emit({ type: "run-finished", outcomes, exitStatus: status, seconds });
    return status;
  }
}
