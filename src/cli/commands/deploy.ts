import { buildCommand } from "@stricli/core";
import type { Goal } from "../../domain/goal.ts";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import {
  buildFlags,
  reachFlags,
  riskFlags,
  safetyFlags,
  type BuildFlags,
  type ReachFlags,
  type RiskFlags,
  type SafetyFlags,
} from "../flags/deploy-flags.ts";
import { fleetOptions, nixFlags, selectionFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import { allLimitFlags, limitsOf, type LimitFlags } from "../flags/limit-flags.ts";
import { viewFlags, viewOptions, type ViewFlags } from "../flags/output-flags.ts";
import { runOrPlan } from "../run-or-plan.ts";
import type { DeployOptions } from "../use-cases.ts";
import { unconcernedRun } from "../unconcerned-run.ts";
import { validated } from "../validated.ts";

type Flags = SelectionFlags & BuildFlags & ReachFlags & SafetyFlags & RiskFlags & LimitFlags & NixFlags & ViewFlags;

export const deploy: DocumentedCommand = {
  usage: "[GOAL]",
  examples: [
    { input: "", brief: "every host of the nearest flake, switched live" },
    { input: "--on @web,!web-3 --dry-run", brief: "what would stand in the way, without changing anything" },
    { input: "boot --on 'db-*'", brief: "take effect at the next reboot" },
    {
      input: "--flake github:ana/infra --on web-1 --target-host root@192.0.2.7",
      brief: "one host, at another address",
    },
  ],
  command: buildCommand<Flags, [Goal], Context>({
    docs: {
      brief: "Bring hosts to the system that their configuration describes",
      fullDescription: [
        "Bring hosts to the system that their configuration describes: evaluate, build, copy, check, activate, confirm.",
        "A new system has to be reached from outside before it becomes the boot default; one that cannot be reached,",
        "or does not come up healthy, is taken back by the host itself.",
      ].join("\n"),
    },
    parameters: {
      flags: {
        ...selectionFlags,
        ...buildFlags,
        ...reachFlags,
        ...safetyFlags,
        ...riskFlags,
        ...allLimitFlags,
        ...nixFlags,
        ...viewFlags,
      },
      aliases: { v: "verbose" },
      positional: {
        kind: "tuple",
        parameters: [
          {
            parse: validated("GOAL", (parsers) => parsers.goal),
            placeholder: "GOAL",
            default: "switch",
            brief: "build, push, switch, boot, test or dry-activate",
            proposeCompletions: async () => (await import("../parsers.ts")).goals,
          },
        ],
      },
    },
    async func(flags, goal) {
      const options: DeployOptions = {
        ...unconcernedRun,
        ...fleetOptions(flags),
        goal,
        view: viewOptions(flags),
        limits: limitsOf(flags),
        targetHost: flags.targetHost ?? null,
        buildOn: flags.buildOn ?? null,
        substitute: !flags.noSubstitute,
        allowDegraded: flags.allowDegraded,
        acceptNewMachine: flags.acceptNewMachine,
        rollback: flags.noRollback ? false : null,
        confirmTimeout: flags.confirmTimeout ?? null,
      };
      await runOrPlan(this, options, flags.dryRun);
    },
  }),
};
