// The positional argument that says how far a run goes.
import type { TypedPositionalParameter } from "@stricli/core";
import type { Goal } from "../domain/goal.ts";
import type { Context } from "./context.ts";
import { validated } from "./validated.ts";

export const optionalGoal: TypedPositionalParameter<Goal | undefined, Context> = {
  parse: validated("GOAL", (parsers) => parsers.goal),
  placeholder: "GOAL",
  optional: true,
  brief: "build, push, switch, boot, test, dry-activate or keys (default: switch)",
  proposeCompletions: async () => (await import("./parsers.ts")).goals,
};
