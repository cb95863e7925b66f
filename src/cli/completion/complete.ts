// What `flotilla __complete -- WORDS` answers to the scripts: one proposal a line, a tab, what it is.
import { proposeCompletions } from "@stricli/core";
import { applicationFor } from "../application.ts";
import type { Context } from "../context.ts";
import { readLine } from "../read-line.ts";

/** @param words what follows `flotilla` on the line, the last one as far as it is typed; none: nothing is proposed */
export async function complete(words: readonly string[], context: Context): Promise<string> {
  const last = words.at(-1);
  if (last === undefined) return "";
  // `--flag=val` is completed as `--flag val` is.
  const [, flag, value] = /^(--[a-z-]+)=(.*)$/.exec(last) ?? [];
  const finished = [...words.slice(0, -1), ...(flag === undefined ? [] : [flag])];
  const partial = value ?? last;
  const flake = flakeOf(finished);
  const proposals = await proposeCompletions(applicationFor(context), [...read(finished, context), partial], {
    ...context,
    ...(flake === undefined ? {} : { completedFlake: flake }),
  });
  const begun = flag === undefined ? "" : `${flag}=`;
  return proposals.map(({ completion, brief }) => `${begun}${completion}\t${brief}\n`).join("");
}

function flakeOf(words: readonly string[]): string | undefined {
  const names = new Set(["--flake", "--config", "--file"]);
  const at = words.findIndex((word) => word === "-f" || names.has(word));
  if (at !== -1) return words[at + 1];
  return words.map((word) => /^(--[a-z]+)=(.*)$/su.exec(word)).find((found) => names.has(found?.[1] ?? ""))?.[2];
}

/** A pair flag that is still being typed proposes nothing, and is no error. */
function read(words: readonly string[], context: Context): readonly string[] {
  try {
    return readLine(words, context).words;
  } catch {
    return words;
  }
}
