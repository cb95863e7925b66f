// The flags of runs: where things are built, how hosts are reached, what a run may risk.
import type { FlagParametersForType } from "@stricli/core";
import type { Context } from "../context.ts";
import type { BuildOn } from "../../deploy/step-settings.ts";
import { validated } from "../validated.ts";

/** A flag that is there or not. */
export const toggle = (brief: string) => ({ kind: "boolean", default: false, withNegated: false, brief }) as const;

/** A flag that takes true or false, and is true where neither follows. */
export const decision = (flag: string, brief: string) =>
  ({
    kind: "parsed",
    parse: validated(flag, (parsers) => parsers.truth),
    optional: true,
    inferEmpty: true,
    placeholder: "true|false",
    proposeCompletions: () => ["true", "false"],
    brief,
  }) as const;

export interface BuildFlags {
  readonly buildOn: BuildOn | undefined;
  readonly keepResult: boolean;
  readonly resultPath: string | undefined;
}

export const buildFlags: FlagParametersForType<BuildFlags, Context> = {
  buildOn: {
    kind: "parsed",
    parse: validated("--build-on", (parsers) => parsers.buildOn),
    optional: true,
    placeholder: "WHERE",
    proposeCompletions: () => ["local", "target", "target-flake"],
    brief: "local, target, target-flake (which evaluates there too) or a HOST (default: as hosts' settings say)",
  },
  keepResult: toggle("Keep results where colmena or deploy-rs does: .gcroots/node-NODE, .deploy-gc/NODE/PROFILE"),
  resultPath: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "DIRECTORY",
    brief: "Where links keep what was built (default: .gcroots/ beside the flake)",
  },
};

/** Only looking, or looking first. */
export interface PlanFlags {
  readonly dryRun: boolean;
  readonly ask: boolean;
}

export const planFlags: FlagParametersForType<PlanFlags, Context> = {
  dryRun: toggle("Evaluate, log in and check, but build, copy and change nothing"),
  ask: toggle("Show what --dry-run shows, and ask before anything is changed"),
};

export interface ReachFlags {
  readonly targetHost: string | undefined;
  readonly noSubstitute: boolean;
}

export const reachFlags: FlagParametersForType<ReachFlags, Context> = {
  targetHost: {
    kind: "parsed",
    parse: validated("--target-host", (parsers) => parsers.targetAddress),
    optional: true,
    placeholder: "ADDRESS",
    brief: "Reach the one selected host as [user@]address[:port]",
  },
  noSubstitute: toggle("Send everything; hosts fetch nothing from their caches"),
};

export interface CopyFlags {
  readonly checksigs: boolean;
}

export const copyFlags: FlagParametersForType<CopyFlags, Context> = {
  checksigs: toggle("Have Nix look at the signatures of what it copies"),
};

export interface KeyFlags {
  readonly noKeys: boolean;
}

export const keyFlags: FlagParametersForType<KeyFlags, Context> = {
  noKeys: toggle("Send no keys (deployment.keys)"),
};

export interface SafetyFlags {
  readonly allowDegraded: boolean;
  readonly confirmTimeout: number | undefined;
}

export const safetyFlags: FlagParametersForType<SafetyFlags, Context> = {
  allowDegraded: toggle("Go on where a host has failed units already"),
  confirmTimeout: {
    kind: "parsed",
    parse: validated("--confirm-timeout", (parsers) => parsers.seconds),
    optional: true,
    placeholder: "SECONDS",
    brief: "Time to reach the new system from outside (default: the host's setting, 30)",
  },
};

export interface RiskFlags {
  readonly activationTimeout: number | undefined;
  readonly acceptNewMachine: boolean;
  readonly noRollback: boolean;
  readonly rollbackSucceeded: boolean | undefined;
  readonly forceReplaceUnknownProfiles: boolean;
  readonly reboot: boolean;
}

export const riskFlags: FlagParametersForType<RiskFlags, Context> = {
  activationTimeout: {
    kind: "parsed",
    parse: validated("--activation-timeout", (parsers) => parsers.seconds),
    optional: true,
    placeholder: "SECONDS",
    brief: "Time for the activation itself (default: the host's setting)",
  },
  acceptNewMachine: toggle("Go on where another machine answers than last time"),
  noRollback: toggle("Keep the new system whatever happens; a host can be lost"),
  rollbackSucceeded: decision(
    "--rollback-succeeded",
    "Take back what went well where something else failed (default: the hosts of a deploy-rs fleet)",
  ),
  forceReplaceUnknownProfiles: toggle("Replace also systems that this machine never saw"),
  reboot: toggle("Reboot each host afterwards and wait for it; the goal is then boot unless one is given"),
};
