// The activation as a step: what the guard is ordered to do, where the new system must answer, and what the view hears.
import { dryActivation } from "../../activation/dry-activation.ts";
import type { GuardOrder } from "../../activation/guard.ts";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { Host } from "../../fleet/fleet.ts";
import { confirmTargets, isPortConfigured, loginTargets } from "../../fleet/target-of.ts";
import type { Generations, HostSteps } from "../deploy-host.ts";
import type { ActivationEnd } from "../host-journey.ts";
import type { RunServices } from "../run-services.ts";
import type { StepSettings } from "../step-settings.ts";
import { superviseActivation } from "../supervise-activation.ts";
import { ActivationPhases } from "./activation-phases.ts";
import { guardProfiles } from "./guard-profiles.ts";

type OrderSettings = Pick<
  StepSettings,
  | "activationTimeout"
  | "confirmTimeout"
  | "installBootloader"
  | "keepSucceeded"
  | "preActivate"
  | "rollback"
  | "skipsSwitchChecks"
>;
type ActivateSettings = OrderSettings & Pick<StepSettings, "targetHost">;
type ActivateServices = Pick<
  RunServices,
  "checkHealth" | "clock" | "configuredPort" | "emit" | "guard" | "interruption" | "open" | "operator" | "run"
>;

/** What the guard of this host is told. */
export function guardOrder(
  settings: OrderSettings,
  { operator, run }: Pick<RunServices, "operator" | "run">,
  { deployment, profiles }: Pick<Host, "deployment" | "profiles">,
  goal: GuardOrder["goal"],
  generations?: Generations,
): GuardOrder {
  const { activationTimeout, confirmTimeout, installBootloader, keepSucceeded, rollback } = settings;
  const fromHere = deployment.healthChecks.filter((check) => check.from === "operator");
  return {
    run,
    operator,
    goal,
    profiles: guardProfiles(profiles, generations),
    activationTimeout: activationTimeout ?? deployment.activationTimeout,
    // Checks from here take place while the guard waits, so it waits for them too.
    confirmTimeout:
      (confirmTimeout ?? deployment.rollback.confirmTimeout) + Math.max(0, ...fromHere.map((check) => check.timeout)),
    rollback: rollback ?? deployment.rollback.enable,
    onFailedUnits: deployment.rollback.onFailedUnits,
    preActivate: settings.preActivate ?? deployment.preActivate,
    healthChecks: deployment.healthChecks.filter((check) => check.from === "target"),
    installBootloader,
    skipsSwitchChecks: settings.skipsSwitchChecks ?? false,
    keepSucceeded,
  };
}

export function activateStep(settings: ActivateSettings, services: ActivateServices): HostSteps["activate"] {
  const { checkHealth, clock, configuredPort, emit, guard, interruption, open } = services;
  return async (host, { connection }, goal, generations): Promise<ActivationEnd> => {
    const phases = new ActivationPhases(emit, host.name);
    const override = settings.targetHost ?? undefined;
    const portIsConfigured = await isPortConfigured(host, connection.target, configuredPort);
    try {
      const end = await superviseActivation({
        guard,
        order: guardOrder(settings, services, host, goal, generations),
        login: connection,
        confirmTargets: confirmTargets(host, connection.target, { override, portIsConfigured }),
        fallbackTargets: [connection.target, ...loginTargets(host, { override })],
        open: async (targets, signal) => (await open(targets, signal)).withElevation(connection.elevation),
        checkHealth: (signal) => checkHealth(host.deployment.healthChecks, signal),
        observer: phases,
        onConfirming: (detail, deadline) => phases.confirming(detail, deadline),
        clock,
        signal: interruption.leave,
      });
      return { end, log: phases.logOf(end?.outcome ?? null) };
    } finally {
      phases.end();
    }
  };
}

export function dryActivateStep({ interruption }: Pick<RunServices, "interruption">): HostSteps["dryActivate"] {
  return async (host, { connection }) => {
    const lines: string[] = [];
    const take = (line: string): void => void lines.push(line);
    for (const profile of guardProfiles(host.profiles)) {
      const command = dryActivation(profile);
      if (command === null) {
        take(`${profile.name}: what its activation would do cannot be told without doing it`);
        continue;
      }
      const options = { signal: interruption.halt, onStdoutLine: take, onStderrLine: take };
      const { exitCode } = await connection.run(command, options);
      if (exitCode === 0) continue;
      throw new FlotillaError("E_ACTIVATION", `the dry activation of ${profile.name} ended with status ${exitCode}`, {
        log: lines.slice(-20),
      });
    }
    return lines;
  };
}
