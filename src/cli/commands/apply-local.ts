import { buildCommand, type FlagParametersForType } from "@stricli/core";
import type { Goal } from "../../domain/goal.ts";
import type { HostName } from "../../domain/host-name.ts";
import type { DocumentedCommand } from "../command.ts";
import { proposeHosts } from "../completion/propose-hosts.ts";
import type { Context } from "../context.ts";
import { keyFlags, riskFlags, safetyFlags, toggle, type KeyFlags, type SafetyFlags } from "../flags/deploy-flags.ts";
import { deployOptions, goalOf } from "../flags/deploy-options.ts";
import { flakeFlag, nixFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import { viewFlags, type ViewFlags } from "../flags/output-flags.ts";
import { optionalGoal } from "../goal-argument.ts";
import { validated } from "../validated.ts";

interface LocalFlags {
  readonly node: HostName | undefined;
  readonly sudo: boolean;
  readonly reboot: boolean;
}

const localFlags: FlagParametersForType<LocalFlags, Context> = {
  node: {
    kind: "parsed",
    parse: validated("--node", (parsers) => parsers.hostName),
    optional: true,
    placeholder: "HOST",
    proposeCompletions: proposeHosts,
    brief: "Its name in the fleet (default: what the machine calls itself)",
  },
  sudo: toggle("Become root by sudo, or what the host's settings name, where you are not"),
  reboot: riskFlags.reboot,
};

type Flags = Pick<SelectionFlags, "flake" | "from"> & LocalFlags & SafetyFlags & KeyFlags & NixFlags & ViewFlags;

export const applyLocal: DocumentedCommand = {
  usage: "[GOAL]",
  examples: [
    { input: "--sudo", brief: "this machine, as the fleet describes it" },
    { input: "boot --node laptop --no-keys", brief: "under another name, at the next reboot, without keys" },
  ],
  command: buildCommand<Flags, [Goal?], Context>({
    docs: {
      brief: "Deploy to the machine you are on, without ssh",
      fullDescription: [
        "Deploy to the machine you are on, without ssh, under the same guard. Its settings have to allow it:",
        "deployment.allowLocalDeployment. That it can be reached from outside afterwards is not proven by this.",
      ].join("\n"),
    },
    parameters: {
      flags: { ...flakeFlag, ...localFlags, ...safetyFlags, ...keyFlags, ...nixFlags, ...viewFlags },
      aliases: { f: "flake", v: "verbose" },
      positional: { kind: "tuple", parameters: [optionalGoal] },
    },
    async func({ node, sudo, ...flags }, word) {
      const { applyLocal } = await this.useCases();
      this.process.exitCode = await applyLocal({
        ...deployOptions(flags, goalOf(word ?? null, flags)),
        node: node ?? null,
        elevate: sudo,
      });
    },
  }),
};
