// How much happens at the same time. The defaults are here, in the help and in docs/cli.md, and nowhere else.
import type { FlagParametersForType } from "@stricli/core";
import type { Context } from "../context.ts";
import type { Limits } from "../use-cases.ts";
import { validated } from "../validated.ts";

/** Logins are cheap; copies share one uplink; activations are what an operator wants to be able to stop. */
const defaults = { connect: 32, copy: 10, activate: 10 } as const;

const limit = (flag: string, brief: string) =>
  ({
    kind: "parsed",
    parse: validated(flag, (parsers) => parsers.count),
    optional: true,
    placeholder: "N",
    brief,
  }) as const;

export interface ParallelFlags {
  readonly parallel: number | undefined;
}
export interface EvaluateLimitFlags {
  readonly evalWorkers: number | undefined;
}
export interface BuildLimitFlags {
  readonly buildJobs: number | undefined;
}
export interface CopyLimitFlags {
  readonly copyParallel: number | undefined;
}
export interface ActivateLimitFlags {
  readonly activateParallel: number | undefined;
}

export const parallelFlags: FlagParametersForType<ParallelFlags, Context> = {
  parallel: {
    kind: "parsed",
    parse: validated("--parallel", (parsers) => parsers.parallel),
    optional: true,
    placeholder: "N",
    brief: `Hosts at a time in each step, 0 for all (default: ${defaults.connect} logins, ${defaults.copy} copies, ${defaults.activate} activations)`,
  },
};
export const evaluateLimitFlags: FlagParametersForType<EvaluateLimitFlags, Context> = {
  evalWorkers: limit("--eval-workers", "Evaluations at a time (default: by cores and free memory)"),
};
export const buildLimitFlags: FlagParametersForType<BuildLimitFlags, Context> = {
  buildJobs: limit("--build-jobs", "Builds at a time (default: Nix's max-jobs)"),
};
export const copyLimitFlags: FlagParametersForType<CopyLimitFlags, Context> = {
  copyParallel: limit("--copy-parallel", `Copies at a time (default: --parallel, else ${defaults.copy})`),
};
export const activateLimitFlags: FlagParametersForType<ActivateLimitFlags, Context> = {
  activateParallel: limit(
    "--activate-parallel",
    `Activations at a time (default: --parallel, else ${defaults.activate})`,
  ),
};

export type LimitFlags = ParallelFlags & EvaluateLimitFlags & BuildLimitFlags & CopyLimitFlags & ActivateLimitFlags;

export const allLimitFlags: FlagParametersForType<LimitFlags, Context> = {
  ...parallelFlags,
  ...evaluateLimitFlags,
  ...buildLimitFlags,
  ...copyLimitFlags,
  ...activateLimitFlags,
};

/** The limits that hold, whichever of the flags a command has. */
export const limitsOf = (flags: Partial<LimitFlags>): Limits => ({
  evaluate: flags.evalWorkers ?? null,
  build: flags.buildJobs ?? null,
  connect: flags.parallel ?? defaults.connect,
  copy: flags.copyParallel ?? flags.parallel ?? defaults.copy,
  activate: flags.activateParallel ?? flags.parallel ?? defaults.activate,
});
