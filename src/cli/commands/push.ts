import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { buildFlags, reachFlags, type BuildFlags, type ReachFlags } from "../flags/deploy-flags.ts";
import { fleetOptions, nixFlags, selectionFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import {
  buildLimitFlags,
  copyLimitFlags,
  evaluateLimitFlags,
  limitsOf,
  parallelFlags,
  type BuildLimitFlags,
  type CopyLimitFlags,
  type EvaluateLimitFlags,
  type ParallelFlags,
} from "../flags/limit-flags.ts";
import { viewFlags, viewOptions, type ViewFlags } from "../flags/output-flags.ts";
import { runOrPlan } from "../run-or-plan.ts";
import type { DeployOptions } from "../use-cases.ts";
import { unconcernedRun } from "../unconcerned-run.ts";

type Flags = SelectionFlags &
  BuildFlags &
  ReachFlags &
  ParallelFlags &
  EvaluateLimitFlags &
  BuildLimitFlags &
  CopyLimitFlags &
  NixFlags &
  ViewFlags;

export const push: DocumentedCommand = {
  usage: "",
  examples: [
    { input: "", brief: "have every host's new system ready in its store" },
    { input: "--on @edge --no-substitute", brief: "for hosts that reach no binary cache" },
  ],
  command: buildCommand<Flags, [], Context>({
    docs: {
      brief: "Build systems and copy them to their hosts, without activating",
      fullDescription:
        "Build systems and copy them to their hosts, without activating.\nA later `flotilla deploy` has nothing left to copy.",
    },
    parameters: {
      flags: {
        ...selectionFlags,
        ...buildFlags,
        ...reachFlags,
        ...parallelFlags,
        ...evaluateLimitFlags,
        ...buildLimitFlags,
        ...copyLimitFlags,
        ...nixFlags,
        ...viewFlags,
      },
      aliases: { v: "verbose" },
    },
    async func(flags) {
      const options: DeployOptions = {
        ...unconcernedRun,
        ...fleetOptions(flags),
        goal: "push",
        view: viewOptions(flags),
        limits: limitsOf(flags),
        buildOn: flags.buildOn ?? null,
        targetHost: flags.targetHost ?? null,
        substitute: !flags.noSubstitute,
      };
      await runOrPlan(this, options, flags.dryRun);
    },
  }),
};
