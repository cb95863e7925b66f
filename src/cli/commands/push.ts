import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import {
  buildFlags,
  copyFlags,
  planFlags,
  reachFlags,
  type BuildFlags,
  type CopyFlags,
  type PlanFlags,
  type ReachFlags,
} from "../flags/deploy-flags.ts";
import { deployOptions } from "../flags/deploy-options.ts";
import { loginFlags, type LoginFlags } from "../flags/login-flags.ts";
import { nixFlags, selectionFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import {
  buildLimitFlags,
  copyLimitFlags,
  evaluateLimitFlags,
  parallelFlags,
  type BuildLimitFlags,
  type CopyLimitFlags,
  type EvaluateLimitFlags,
  type ParallelFlags,
} from "../flags/limit-flags.ts";
import { viewFlags, type ViewFlags } from "../flags/output-flags.ts";
import { runOrPlan } from "../run-or-plan.ts";

type Flags = SelectionFlags &
  BuildFlags &
  PlanFlags &
  ReachFlags &
  CopyFlags &
  LoginFlags &
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
        ...planFlags,
        ...reachFlags,
        ...copyFlags,
        ...loginFlags,
        ...parallelFlags,
        ...evaluateLimitFlags,
        ...buildLimitFlags,
        ...copyLimitFlags,
        ...nixFlags,
        ...viewFlags,
      },
      aliases: { f: "flake", p: "parallel", v: "verbose", i: "ask" },
    },
    async func(flags) {
      await runOrPlan(this, deployOptions(flags, "push"), flags);
    },
  }),
};
