import { buildCommand } from "@stricli/core";
import type { Goal } from "../../domain/goal.ts";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { colmenaFlags, type ColmenaFlags } from "../flags/colmena-flags.ts";
import { deployOptions, goalOf } from "../flags/deploy-options.ts";
import { runFlags, type RunFlags } from "../flags/run-flags.ts";
import { optionalGoal } from "../goal-argument.ts";
import { noteUnneeded } from "../note-unneeded.ts";
import { runOrPlan } from "../run-or-plan.ts";

export const apply: DocumentedCommand = {
  usage: "[GOAL]",
  examples: [
    { input: "--on @web", brief: "the web hosts, switched live" },
    { input: "boot --reboot --on db-1 --no-keys", brief: "take effect by a reboot, without its keys" },
    { input: "push -p 0 --no-substitutes", brief: "have every host's new system ready in its store" },
  ],
  command: buildCommand<RunFlags & ColmenaFlags, [Goal?], Context>({
    docs: {
      brief: "Deploy, with colmena's flags",
      fullDescription:
        "Deploy, with colmena's flags. The run is that of `flotilla deploy`: guarded, confirmed, reversible.",
    },
    parameters: {
      flags: { ...runFlags, ...colmenaFlags },
      aliases: { f: "flake", p: "parallel", v: "verbose", i: "ask" },
      positional: { kind: "tuple", parameters: [optionalGoal] },
    },
    async func(flags, word) {
      noteUnneeded(this, flags);
      await runOrPlan(this, deployOptions(flags, goalOf(word ?? null, flags)), flags);
    },
  }),
};
