import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { colmenaFlags, type ColmenaFlags } from "../flags/colmena-flags.ts";
import {
  buildFlags,
  copyFlags,
  keyFlags,
  planFlags,
  reachFlags,
  riskFlags,
  safetyFlags,
} from "../flags/deploy-flags.ts";
import { deployOptions } from "../flags/deploy-options.ts";
import { nixFlags, selectionFlags } from "../flags/fleet-flags.ts";
import { hidden } from "../flags/hidden.ts";
import { allLimitFlags } from "../flags/limit-flags.ts";
import { loginFlags } from "../flags/login-flags.ts";
import { viewFlags } from "../flags/output-flags.ts";
import type { RunFlags } from "../flags/run-flags.ts";
import { noteUnneeded } from "../note-unneeded.ts";

export const build: DocumentedCommand = {
  usage: "",
  examples: [
    { input: "", brief: "build every host's system here" },
    { input: "--on @web --build-on builder-1", brief: "build the web hosts' systems on another machine" },
  ],
  command: buildCommand<RunFlags & ColmenaFlags, [], Context>({
    docs: {
      brief: "Build the systems of hosts and reach none of them",
      fullDescription: [
        "Build the systems of hosts and reach none of them. The results are kept from garbage collection",
        "in .gcroots/ beside a flake in git, else among flotilla's state. All flags of `flotilla apply` are taken.",
      ].join("\n"),
    },
    parameters: {
      flags: {
        ...selectionFlags,
        ...buildFlags,
        ...allLimitFlags,
        ...nixFlags,
        ...viewFlags,
        ...hidden({
          ...planFlags,
          ...safetyFlags,
          ...riskFlags,
          ...keyFlags,
          ...reachFlags,
          ...loginFlags,
          ...copyFlags,
          ...colmenaFlags,
        }),
      },
      aliases: { f: "flake", p: "parallel", v: "verbose" },
    },
    async func(flags) {
      noteUnneeded(this, flags);
      const { deploy } = await this.useCases();
      this.process.exitCode = await deploy(deployOptions(flags, "build"));
    },
  }),
};
