// The hosts that the operator means: the words of --on, the lines of --on-file, and how many of them.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { FleetOptions } from "../cli/use-cases.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { everyHost, parseSelection, type Selection, selectionOfLines } from "../fleet/selection.ts";

/** @throws FlotillaError E_SELECTION for what cannot be read as a selection, E_USAGE for a file that cannot be read */
export async function readSelection(
  { every, limit, on, onFile }: Pick<FleetOptions, "every" | "limit" | "on" | "onFile">,
  directory: string,
  readStdin: () => Promise<string>,
): Promise<Selection> {
  const lines = onFile === null ? [] : [selectionOfLines(await readLines(onFile, directory, readStdin))];
  const words = [...(on === null ? [] : [on]), ...lines];
  const selection = words.length === 0 ? everyHost : parseSelection(words.join(","));
  return { ...selection, every, limit };
}

async function readLines(file: string, directory: string, readStdin: () => Promise<string>): Promise<string> {
  try {
    return file === "-" ? await readStdin() : await readFile(resolve(directory, file), "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FlotillaError("E_USAGE", `--on-file ${file} cannot be read: ${reason}`, { cause: error });
  }
}
