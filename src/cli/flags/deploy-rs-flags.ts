// What deploy-rs calls things that are called otherwise here, or that need not be said.
import type { FlagParametersForType } from "@stricli/core";
import type { Context } from "../context.ts";
import { validated } from "../validated.ts";
import { decision, toggle } from "./deploy-flags.ts";

export interface DeployRsFlags {
  readonly targets: readonly string[] | undefined;
  readonly boot: boolean;
  readonly dryActivate: boolean;
  readonly profileUser: string | undefined;
  readonly fastConnection: boolean | undefined;
  readonly autoRollback: boolean | undefined;
  readonly magicRollback: boolean | undefined;
  readonly remoteBuild: boolean;
  readonly interactiveSudo: boolean | undefined;
  readonly skipChecks: boolean;
  readonly tempPath: string | undefined;
  readonly debugLogs: boolean;
  readonly logDir: string | undefined;
  readonly nixArgument: readonly string[] | undefined;
}

const word = (placeholder: string, brief: string) =>
  ({ kind: "parsed", parse: String, optional: true, placeholder, brief }) as const;

export const deployRsFlags: FlagParametersForType<DeployRsFlags, Context> = {
  targets: { ...word("TARGET...", "The same as TARGET, several"), variadic: true },
  boot: toggle("The goal boot"),
  dryActivate: toggle("The goal dry-activate"),
  profileUser: {
    kind: "parsed",
    parse: validated("--profile-user", (parsers) => parsers.userName),
    optional: true,
    placeholder: "USER",
    brief: "Whose the profiles are, but for systems",
  },
  fastConnection: decision("--fast-connection", "true: hosts fetch nothing from their caches"),
  autoRollback: decision("--auto-rollback", "false: keep a system whose units failed"),
  magicRollback: decision("--magic-rollback", "false, and --auto-rollback false as well: --no-rollback"),
  remoteBuild: toggle("--build-on target"),
  interactiveSudo: decision("--interactive-sudo", "--ask-sudo-password"),
  skipChecks: toggle("Makes no difference: what is not deployed is not evaluated"),
  tempPath: word("DIRECTORY", "Makes no difference: hosts have a run's files in /var/lib/flotilla"),
  debugLogs: toggle("--verbose"),
  logDir: word("DIRECTORY", "Also write all that --verbose shows into a file there"),
  nixArgument: {
    ...word("WORD", "A word for nix eval and nix build; what stands after -- is such words"),
    variadic: true,
  },
};
