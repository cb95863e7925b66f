// A command as this program keeps it: stricli's, and what its help page says beyond what stricli knows.
import type { Command } from "@stricli/core";
import type { Context } from "./context.ts";

export interface Example {
  /** What follows the command's name. */
  readonly input: string;
  readonly brief: string;
}

export interface DocumentedCommand {
  readonly command: Command<Context>;
  /** What may follow the command's name, e.g. "[GOAL]". */
  readonly usage: string;
  readonly examples: readonly [Example, Example, ...Example[]];
}
