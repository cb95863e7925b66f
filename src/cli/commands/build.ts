import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { buildFlags, type BuildFlags } from "../flags/deploy-flags.ts";
import { fleetOptions, nixFlags, selectionFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import {
  buildLimitFlags,
  evaluateLimitFlags,
  limitsOf,
  type BuildLimitFlags,
  type EvaluateLimitFlags,
} from "../flags/limit-flags.ts";
import { viewFlags, viewOptions, type ViewFlags } from "../flags/output-flags.ts";
import { unconcernedRun } from "../unconcerned-run.ts";

type Flags = SelectionFlags & BuildFlags & EvaluateLimitFlags & BuildLimitFlags & NixFlags & ViewFlags;

export const build: DocumentedCommand = {
  usage: "",
  examples: [
    { input: "", brief: "build every host's system here" },
    { input: "--on @web --build-on builder-1", brief: "build the web hosts' systems on another machine" },
  ],
  command: buildCommand<Flags, [], Context>({
    docs: {
      brief: "Build the systems of hosts and reach none of them",
      fullDescription:
        "Build the systems of hosts and reach none of them. The results are kept from garbage collection\nin .gcroots/ beside a flake in git, else among flotilla's state.",
    },
    parameters: {
      flags: {
        ...selectionFlags,
        ...buildFlags,
        ...evaluateLimitFlags,
        ...buildLimitFlags,
        ...nixFlags,
        ...viewFlags,
      },
      aliases: { v: "verbose" },
    },
    async func(flags) {
      const { deploy } = await this.useCases();
      this.process.exitCode = await deploy({
        ...unconcernedRun,
        ...fleetOptions(flags),
        goal: "build",
        view: viewOptions(flags),
        limits: limitsOf(flags),
        buildOn: flags.buildOn ?? null,
      });
    },
  }),
};
