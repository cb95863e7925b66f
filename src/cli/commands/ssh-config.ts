import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { fleetOptions, nixFlags, selectionFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import { evaluateLimitFlags, limitsOf, type EvaluateLimitFlags } from "../flags/limit-flags.ts";

type Flags = SelectionFlags & EvaluateLimitFlags & NixFlags;

export const sshConfig: DocumentedCommand = {
  usage: "",
  examples: [
    { input: "--on @web", brief: "a Host block for each web host" },
    { input: "", brief: "all of them; put it in a file that ~/.ssh/config includes" },
  ],
  command: buildCommand<Flags, [], Context>({
    docs: {
      brief: "Print hosts as a configuration of ssh",
      fullDescription:
        "Print hosts as Host blocks, ready for `Include` in ~/.ssh/config: address, user, port, options and the\npinned key. With it ssh, scp, rsync and the other tools know them by their names.",
    },
    parameters: {
      flags: { ...selectionFlags, ...evaluateLimitFlags, ...nixFlags },
      aliases: { f: "flake" },
    },
    async func(flags) {
      const { sshConfig } = await this.useCases();
      this.process.exitCode = await sshConfig({ ...fleetOptions(flags), limits: limitsOf(flags) });
    },
  }),
};
