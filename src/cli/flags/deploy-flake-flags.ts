// What deploy-flake calls things: its flags for `flotilla deploy`, and what they come to here.
import type { FlagParametersForType } from "@stricli/core";
import type { NixSettings } from "../../nix/nix.ts";
import { splitShellWords } from "../../ssh/split-shell-words.ts";
import type { Context } from "../context.ts";
import { withNixArguments } from "../nix-arguments.ts";

type Check = "run" | "skip";

export interface DeployFlakeFlags {
  readonly preActivateScript: string | undefined;
  readonly preflightCheck: Check | undefined;
  readonly test: Check | undefined;
  readonly buildCmdline: string | undefined;
  readonly copyTimeout: string | undefined;
  readonly instrumentation: "tui" | "json" | undefined;
}

const word = (placeholder: string, brief: string) =>
  ({ kind: "parsed", parse: String, optional: true, placeholder, brief }) as const;

const choice = <Value extends string>(values: readonly Value[], brief: string) =>
  ({ kind: "enum", values, optional: true, brief }) as const;

export const deployFlakeFlags: FlagParametersForType<DeployFlakeFlags, Context> = {
  preActivateScript: word("PATH", "Program of the new system that is run as root first, and says no by failing"),
  preflightCheck: choice(["run", "skip"], "skip: --allow-degraded"),
  test: choice(["run", "skip"], "skip: the goal boot"),
  buildCmdline: word("WORDS", "Words for nix eval and nix build, separated by blanks"),
  copyTimeout: {
    ...word("DURATION", "Makes no difference: a copy goes on as long as something arrives"),
    hidden: true,
  },
  instrumentation: choice(["tui", "json"], "json: --json"),
};

/** The flags that they stand for, to be laid over the others. */
export function meantByDeployFlake(flags: Partial<DeployFlakeFlags>): {
  readonly allowDegraded?: true;
  readonly json?: true;
  readonly boot?: true;
} {
  return {
    ...(flags.preflightCheck === "skip" ? { allowDegraded: true } : {}),
    ...(flags.instrumentation === "json" ? { json: true } : {}),
    ...(flags.test === "skip" ? { boot: true } : {}),
  };
}

/** What --build-cmdline adds to the settings. */
export const withBuildCmdline = (nix: NixSettings, { buildCmdline }: Partial<DeployFlakeFlags>): NixSettings =>
  buildCmdline === undefined ? nix : withNixArguments(nix, splitShellWords(buildCmdline));
