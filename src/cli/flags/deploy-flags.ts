// The flags of runs: where things are built, how hosts are reached, what a run may risk.
import type { FlagParametersForType } from "@stricli/core";
import type { Context } from "../context.ts";
import type { BuildOn } from "../../deploy/step-settings.ts";
import { validated } from "../validated.ts";

export interface BuildFlags {
  readonly buildOn: BuildOn | undefined;
}

export const buildFlags: FlagParametersForType<BuildFlags, Context> = {
  buildOn: {
    kind: "parsed",
    parse: validated("--build-on", (parsers) => parsers.buildOn),
    optional: true,
    placeholder: "local|target|HOST",
    proposeCompletions: () => ["local", "target"],
    brief: "Where systems are built (default: what each host's settings say)",
  },
};

export interface ReachFlags {
  readonly targetHost: string | undefined;
  readonly noSubstitute: boolean;
  readonly dryRun: boolean;
}

export const reachFlags: FlagParametersForType<ReachFlags, Context> = {
  targetHost: {
    kind: "parsed",
    parse: validated("--target-host", (parsers) => parsers.targetAddress),
    optional: true,
    placeholder: "ADDRESS",
    brief: "Reach the one selected host as [user@]address[:port]",
  },
  noSubstitute: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "Send everything; hosts fetch nothing from their caches",
  },
  dryRun: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "Evaluate, log in and check, but build, copy and change nothing",
  },
};

export interface SafetyFlags {
  readonly allowDegraded: boolean;
  readonly confirmTimeout: number | undefined;
}

export const safetyFlags: FlagParametersForType<SafetyFlags, Context> = {
  allowDegraded: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "Go on where a host has failed units already",
  },
  confirmTimeout: {
    kind: "parsed",
    parse: validated("--confirm-timeout", (parsers) => parsers.seconds),
    optional: true,
    placeholder: "SECONDS",
    brief: "Time to reach the new system from outside (default: the host's setting, 30)",
  },
};

export interface RiskFlags {
  readonly acceptNewMachine: boolean;
  readonly noRollback: boolean;
}

export const riskFlags: FlagParametersForType<RiskFlags, Context> = {
  acceptNewMachine: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "Go on where another machine answers than last time",
  },
  noRollback: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "Keep the new system whatever happens; a host can be lost",
  },
};
