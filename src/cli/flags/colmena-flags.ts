// What colmena calls things that are called otherwise here, or that need not be said.
import type { FlagParametersForType } from "@stricli/core";
import type { Context } from "../context.ts";
import { validated } from "../validated.ts";
import { toggle } from "./deploy-flags.ts";

export interface ColmenaFlags {
  readonly buildOnTarget: boolean | undefined;
  readonly noBuildOnTarget: boolean;
  readonly evalNodeLimit: number | undefined;
  readonly evaluator: "chunked" | "streaming" | undefined;
  readonly noGzip: boolean;
}

export const colmenaFlags: FlagParametersForType<ColmenaFlags, Context> = {
  // Optional, as stricli keeps the name with "no" in front of it for itself otherwise.
  buildOnTarget: { kind: "boolean", optional: true, withNegated: false, brief: "--build-on target" },
  noBuildOnTarget: toggle("--build-on local"),
  evalNodeLimit: {
    kind: "parsed",
    parse: validated("--eval-node-limit", (parsers) => parsers.evaluationLimit),
    optional: true,
    placeholder: "N|auto",
    brief: "The most hosts that one process evaluates; auto and 0: by what is measured",
  },
  evaluator: {
    kind: "enum",
    values: ["chunked", "streaming"],
    optional: true,
    brief: "Makes no difference: each host goes on as soon as it is evaluated",
  },
  noGzip: toggle("Makes no difference: nothing is compressed unless --ssh-opts -C says so"),
};
