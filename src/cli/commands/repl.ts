import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { flakeFlag, fleetOptions, nixFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";

export const repl: DocumentedCommand = {
  usage: "",
  examples: [
    { input: "", brief: "Nix's prompt, where nodes.web-1.config.networking.hostName can be asked for" },
    { input: "--from nixosConfigurations", brief: "over another output of the flake" },
  ],
  command: buildCommand<Pick<SelectionFlags, "flake" | "from"> & NixFlags, [], Context>({
    docs: {
      brief: "Look around in the fleet's configurations, at Nix's prompt",
      fullDescription:
        "Look around in the fleet's configurations, at Nix's prompt: `nodes`, `pkgs` and `lib` are at hand.",
    },
    parameters: { flags: { ...flakeFlag, ...nixFlags }, aliases: { f: "flake" } },
    async func(flags) {
      const { repl } = await this.useCases();
      this.process.exitCode = await repl(fleetOptions(flags));
    },
  }),
};
