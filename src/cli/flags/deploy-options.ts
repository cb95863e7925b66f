// From the flags of a run to what the use cases are asked; a command that has not all of the flags gets the defaults.
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { Goal } from "../../domain/goal.ts";
import type { BuildOn } from "../../deploy/step-settings.ts";
import type { DeployOptions } from "../use-cases.ts";
import type { ColmenaFlags } from "./colmena-flags.ts";
import type { BuildFlags, CopyFlags, KeyFlags, PlanFlags, ReachFlags, RiskFlags, SafetyFlags } from "./deploy-flags.ts";
import type { DeployRsFlags } from "./deploy-rs-flags.ts";
import { fleetOptions, type NixFlags, type SelectionFlags } from "./fleet-flags.ts";
import { type LimitFlags, limitsOf } from "./limit-flags.ts";
import type { LoginFlags } from "./login-flags.ts";
import { type ViewFlags, viewOptions } from "./output-flags.ts";

type RunFlags = BuildFlags & CopyFlags & KeyFlags & PlanFlags & ReachFlags & RiskFlags & SafetyFlags & LoginFlags;

export type AnyRunFlags = NixFlags &
  ViewFlags &
  Partial<SelectionFlags & LimitFlags & RunFlags & ColmenaFlags & DeployRsFlags>;

/**
 * @throws FlotillaError E_USAGE where flags contradict each other
 * @example deployOptions(flags, "switch")
 */
export function deployOptions(flags: AnyRunFlags, goal: Goal): DeployOptions {
  if (goal === "keys" && flags.noKeys === true) {
    throw new FlotillaError("E_USAGE", "--no-keys leaves nothing of the goal keys");
  }
  if (goal === "test" && flags.reboot === true) {
    throw new FlotillaError("E_USAGE", "--reboot would end what test tries: the old system is what boots", {
      hint: "the goal boot, which --reboot has by itself, keeps the new one",
    });
  }
  const { confirmTimeout, noRollback, rollbackSucceeded } = flags;
  const verbose = flags.verbose || flags.debugLogs === true;
  return {
    ...fleetOptions({ ...flags, verbose }),
    goal,
    view: viewOptions({ ...flags, verbose }),
    limits: limitsOf(flags),
    targetHost: flags.targetHost ?? null,
    buildOn: buildOnOf(flags),
    keepResult: flags.keepResult ?? false,
    resultPath: flags.resultPath ?? null,
    logDirectory: flags.logDir ?? null,
    substitute: flags.noSubstitute !== true,
    checkSignatures: flags.checksigs ?? false,
    allowDegraded: flags.allowDegraded ?? false,
    acceptNewMachine: flags.acceptNewMachine ?? false,
    replaceUnknownProfiles: flags.forceReplaceUnknownProfiles ?? false,
    rollback: noRollback === true ? false : null,
    confirmTimeout: confirmTimeout ?? null,
    activationTimeout: flags.activationTimeout ?? null,
    keys: flags.noKeys !== true,
    reboot: flags.reboot ?? false,
    rollbackSucceeded: rollbackSucceeded ?? null,
    keepSucceeded: rollbackSucceeded === false,
    installBootloader: false,
    approved: null,
  };
}

/** Of colmena's two the one that says no wins, as there. */
function buildOnOf({ buildOn, buildOnTarget, noBuildOnTarget, remoteBuild }: AnyRunFlags): BuildOn | null {
  if (buildOn !== undefined) return buildOn;
  if (noBuildOnTarget === true) return { kind: "local" };
  return buildOnTarget === true || remoteBuild === true ? { kind: "target" } : null;
}

/** The goal that is meant: the word, or what flags say in its place. */
export function goalOf(
  word: Goal | null,
  { boot, dryActivate, reboot }: Pick<Partial<DeployRsFlags & RiskFlags>, "boot" | "dryActivate" | "reboot">,
): Goal {
  const said = new Set([
    ...(word === null ? [] : [word]),
    ...(boot === true ? (["boot"] as const) : []),
    ...(dryActivate === true ? (["dry-activate"] as const) : []),
  ]);
  const [goal, other] = said;
  if (other !== undefined) throw new FlotillaError("E_USAGE", `${goal} and ${other} are two goals, and a run has one`);
  return goal ?? (reboot === true ? "boot" : "switch");
}
