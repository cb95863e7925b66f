// What `flotilla __complete -- WORDS` answers to the scripts: one proposal a line, a tab, what it is.
import { proposeCompletions } from "@stricli/core";
import { application } from "../application.ts";
import type { Context } from "../context.ts";
import { joinFlagPairs } from "../pair-flags.ts";

/** @param words what follows `flotilla` on the line, the last one as far as it is typed */
export async function complete(words: readonly string[], context: Context): Promise<string> {
  const finished = words.slice(0, -1);
  const flakeAt = finished.indexOf("--flake");
  const flake = finished.find((word) => word.startsWith("--flake="))?.slice("--flake=".length) ?? finished[flakeAt + 1];
  const proposals = await proposeCompletions(application, [...joined(finished), words.at(-1) ?? ""], {
    ...context,
    ...(flake === undefined || (flakeAt === -1 && !finished.some((word) => word.startsWith("--flake=")))
      ? {}
      : { completedFlake: flake }),
  });
  return proposals.map(({ completion, brief }) => `${completion}\t${brief}\n`).join("");
}

/** A pair flag that is still being typed proposes nothing, and is no error. */
function joined(words: readonly string[]): readonly string[] {
  try {
    return joinFlagPairs(words);
  } catch {
    return words;
  }
}
