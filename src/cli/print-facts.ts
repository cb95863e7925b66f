// Prints what a machine is: JSON for programs, one screen for people.
import type { MachineFacts } from "../install/machine-facts.ts";
import { styleFor } from "../terminal/style.ts";
import type { Context } from "./context.ts";
import { factsLines } from "./facts-lines.ts";

export function printFacts({ process }: Context, facts: MachineFacts, json: boolean): void {
  const style = styleFor(process.stdout, { plain: false, env: process.env });
  process.stdout.write(`${json ? JSON.stringify(facts, null, 2) : factsLines(facts, style).join("\n")}\n`);
}
