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
import { runOrPlan } from "../run-or-plan.ts";

export const keys: DocumentedCommand = {
  usage: "",
  examples: [
    { input: "", brief: "every host's keys; what is there already stays as it is" },
    { input: "--on @web", brief: "the keys of the web hosts, after one of them was renewed" },
  ],
  command: buildCommand<RunFlags & ColmenaFlags, [], Context>({
    docs: {
      brief: "Send hosts their keys, and nothing else",
      fullDescription: [
        "Send hosts their keys (deployment.keys), those for before and those for after an activation. Nothing is built",
        "or activated. `flotilla upload-keys` is the same command.",
      ].join("\n"),
    },
    parameters: {
      flags: {
        ...selectionFlags,
        ...planFlags,
        ...safetyFlags,
        ...loginFlags,
        ...allLimitFlags,
        ...nixFlags,
        ...viewFlags,
        ...hidden({ ...buildFlags, ...riskFlags, ...keyFlags, ...reachFlags, ...copyFlags, ...colmenaFlags }),
      },
      aliases: { f: "flake", p: "parallel", v: "verbose", i: "ask" },
    },
    async func(flags) {
      noteUnneeded(this, flags);
      await runOrPlan(this, deployOptions(flags, "keys"), flags);
    },
  }),
};
