import { buildCommand, type FlagParametersForType } from "@stricli/core";
import type { GenerationNumber } from "../../domain/generation-number.ts";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { safetyFlags, type SafetyFlags } from "../flags/deploy-flags.ts";
import { fleetOptions, nixFlags, selectionFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import { loginFlags, type LoginFlags } from "../flags/login-flags.ts";
import {
  activateLimitFlags,
  limitsOf,
  parallelFlags,
  type ActivateLimitFlags,
  type ParallelFlags,
} from "../flags/limit-flags.ts";
import { viewFlags, viewOptions, type ViewFlags } from "../flags/output-flags.ts";
import { profileFlag, type ProfileFlag } from "../flags/profile-flag.ts";
import { validated } from "../validated.ts";

interface RollbackFlags {
  readonly to: GenerationNumber | undefined;
}

const rollbackFlags: FlagParametersForType<RollbackFlags, Context> = {
  to: {
    kind: "parsed",
    parse: validated("--to", (parsers) => parsers.generation),
    optional: true,
    placeholder: "GENERATION",
    brief: "The generation to return to (default: the one before the one that runs)",
  },
};

type Flags = SelectionFlags &
  ProfileFlag &
  RollbackFlags &
  SafetyFlags &
  LoginFlags &
  ParallelFlags &
  ActivateLimitFlags &
  NixFlags &
  ViewFlags;

export const rollback: DocumentedCommand = {
  usage: "",
  examples: [
    { input: "--on web-1", brief: "back to the generation before the one that runs" },
    { input: "--on web-1 --to 42", brief: "back to a generation by its number (`flotilla generations web-1`)" },
  ],
  command: buildCommand<Flags, [], Context>({
    docs: {
      brief: "Return hosts to an earlier generation, with the same care as a deploy",
      fullDescription:
        "Return hosts to an earlier generation. Nothing is evaluated for its system or built;\nthe guard, the checks and the confirmation are those of a deploy.",
    },
    parameters: {
      flags: {
        ...selectionFlags,
        ...profileFlag,
        ...rollbackFlags,
        ...safetyFlags,
        ...loginFlags,
        ...parallelFlags,
        ...activateLimitFlags,
        ...nixFlags,
        ...viewFlags,
      },
      aliases: { f: "flake", p: "parallel", v: "verbose" },
    },
    async func(flags) {
      const { rollback } = await this.useCases();
      this.process.exitCode = await rollback({
        ...fleetOptions(flags),
        view: viewOptions(flags),
        limits: limitsOf(flags),
        profile: flags.profile ?? null,
        to: flags.to ?? null,
        allowDegraded: flags.allowDegraded,
        confirmTimeout: flags.confirmTimeout ?? null,
      });
    },
  }),
};
