// The steps of a run with the real rooms behind them.
import pLimit from "p-limit";
import type { HostSteps } from "./deploy-host.ts";
import type { Gates } from "./gates.ts";
import type { RunServices } from "./run-services.ts";
import type { StepSettings } from "./step-settings.ts";
import { activateStep, dryActivateStep } from "./steps/activate-step.ts";
import { buildStep } from "./steps/build-step.ts";
import { connectStep } from "./steps/connect-step.ts";
import { copyStep } from "./steps/copy-step.ts";
import { examineStep } from "./steps/examine-step.ts";
import { keysStep } from "./steps/keys-step.ts";
import { rebootStep } from "./steps/reboot-step.ts";
import { refuseStep } from "./steps/refuse-step.ts";

/** Puts the steps of one run together; `close` ends what they opened beside the hosts' own logins. */
export function hostSteps(
  settings: StepSettings,
  services: RunServices,
  gates: Gates,
): { readonly steps: HostSteps; readonly close: () => Promise<void> } {
  const { limits } = settings;
  const { build, close } = buildStep(settings, services);
  const steps: HostSteps = {
    emit: services.emit,
    halt: services.interruption.halt,
    leave: services.interruption.leave,
    limits: { copy: pLimit(limits.copy), activate: pLimit(limits.activate) },
    connect: connectStep(settings, services, pLimit(limits.connect)),
    examine: examineStep(services),
    refuse: refuseStep(settings, services),
    build,
    keepsResults: settings.keepResult,
    copy: copyStep(settings, services),
    gate: ({ name }) => gates.pass(name),
    dryActivate: dryActivateStep(services),
    sendsKeys: settings.keys,
    sendKeys: keysStep(services),
    activate: activateStep(settings, services),
    reboot: rebootStep(settings, services),
  };
  return { steps, close };
}
