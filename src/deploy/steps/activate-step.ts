// The activation as a step: what the guard is ordered to do, where the new system must answer, and what the view hears.
import type { GuardObserver, GuardOrder, GuardState } from "../../activation/guard.ts";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { HostName } from "../../domain/host-name.ts";
import type { Phase } from "../../domain/phase.ts";
import type { Host } from "../../fleet/fleet.ts";
import { confirmTargets, loginTargets } from "../../fleet/target-of.ts";
import type { ActivationEnd, HostSteps } from "../deploy-host.ts";
import type { RunServices } from "../run-services.ts";
import type { StepSettings } from "../step-settings.ts";
import { superviseActivation } from "../supervise-activation.ts";

type ActivateSettings = Pick<StepSettings, "confirmTimeout" | "rollback" | "targetHost">;
type ActivateServices = Pick<
  RunServices,
  "checkHealth" | "clock" | "emit" | "guard" | "interruption" | "open" | "operator" | "run"
>;

/** The profile that a machine boots from. */
export const systemProfile = "/nix/var/nix/profiles/system";

/** Lines kept for the report of a host that fails. */
const tailLength = 20;

/** Milliseconds for a dry activation: it only compares units. */
const dryActivateDeadline = 120_000;

/** What the guard of this host is told. */
export function guardOrder(
  { confirmTimeout, rollback }: Pick<StepSettings, "confirmTimeout" | "rollback">,
  { operator, run }: Pick<RunServices, "operator" | "run">,
  { deployment, toplevel }: Pick<Host, "deployment" | "toplevel">,
  goal: GuardOrder["goal"],
): GuardOrder {
  const fromHere = deployment.healthChecks.filter((check) => check.from === "operator");
  return {
    run,
    operator,
    goal,
    profile: systemProfile,
    system: toplevel,
    activationTimeout: deployment.activationTimeout,
    // Checks from here take place while the guard waits, so it waits for them too.
    confirmTimeout:
      (confirmTimeout ?? deployment.rollback.confirmTimeout) + Math.max(0, ...fromHere.map((check) => check.timeout)),
    rollback: rollback ?? deployment.rollback.enable,
    onFailedUnits: deployment.rollback.onFailedUnits,
    preActivate: deployment.preActivate,
    healthChecks: deployment.healthChecks.filter((check) => check.from === "target"),
  };
}

export function activateStep(settings: ActivateSettings, services: ActivateServices): HostSteps["activate"] {
  const { checkHealth, clock, emit, guard, interruption, open } = services;
  return async (host, { connection }, goal): Promise<ActivationEnd> => {
    const log: string[] = [];
    const phases = new ActivationPhases(emit, host.name);
    const observer: GuardObserver = {
      onState: (state, detail) => phases.enter(state, detail),
      onLog: (line) => {
        if (log.push(line) > tailLength) log.shift();
        emit({ type: "host-log", host: host.name, phase: "activate", line });
      },
    };
    const override = settings.targetHost ?? undefined;
    try {
      const end = await superviseActivation({
        guard,
        order: guardOrder(settings, services, host, goal),
        login: connection,
        confirmTargets: confirmTargets(host, connection.target, override),
        fallbackTargets: [connection.target, ...loginTargets(host, { override })],
        open: async (targets, signal) => (await open(targets, signal)).connection.withElevation(connection.elevation),
        checkHealth: (signal) => checkHealth(host.deployment.healthChecks, signal),
        observer,
        onConfirming: (detail, deadline) => phases.confirming(detail, deadline),
        clock,
        signal: interruption.leave,
      });
      return { end, log };
    } finally {
      phases.end();
    }
  };
}

export function dryActivateStep({ interruption }: Pick<RunServices, "interruption">): HostSteps["dryActivate"] {
  return async (host, { connection }) => {
    const lines: string[] = [];
    const take = (line: string): void => void lines.push(line);
    const { exitCode } = await connection.run(
      {
        words: [`${host.toplevel}/bin/switch-to-configuration`, "dry-activate"],
        asRoot: true,
        deadline: dryActivateDeadline,
      },
      { signal: interruption.halt, onStdoutLine: take, onStderrLine: take },
    );
    if (exitCode === 0) return lines;
    throw new FlotillaError("E_ACTIVATION", `the dry activation ended with status ${exitCode}`, {
      log: lines.slice(-tailLength),
    });
  };
}

/** The phase that the view shows for each state of the guard; null: what it shows already. */
const phaseOfState: Readonly<Record<GuardState, Phase | null>> = {
  starting: null,
  checking: null,
  activating: "activate",
  health: "health",
  "awaiting-confirm": "confirm",
  committing: "commit",
  reverting: "activate",
  finished: null,
};

/** Turns the guard's states into phases that begin and end. */
class ActivationPhases {
  readonly #emit: RunServices["emit"];
  readonly #host: HostName;
  #current: Phase | null = null;

  constructor(emit: RunServices["emit"], host: HostName) {
    this.#emit = emit;
    this.#host = host;
  }

  enter(state: GuardState, detail: string | null): void {
    const phase = phaseOfState[state];
    if (phase === null) return;
    const shown = state === "reverting" ? (detail ?? "restoring the previous system") : detail;
    this.#begin(phase, shown === null ? {} : { detail: shown });
  }

  confirming(address: string, deadline: Date): void {
    this.#begin("confirm", { detail: `new connection to ${address}`, deadline: deadline.toISOString() });
  }

  end(): void {
    if (this.#current !== null && this.#current !== "activate") this.#say("finished");
    this.#current = null;
  }

  #begin(phase: Phase, more: { readonly detail?: string; readonly deadline?: string }): void {
    // `activate` itself begins and ends with the step.
    if (this.#current !== null && this.#current !== phase && this.#current !== "activate") this.#say("finished");
    this.#current = phase;
    this.#emit({ type: "host-phase", host: this.#host, phase, state: "started", ...more });
  }

  #say(state: "finished"): void {
    if (this.#current === null) return;
    this.#emit({ type: "host-phase", host: this.#host, phase: this.#current, state });
  }
}
