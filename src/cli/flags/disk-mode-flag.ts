// disko's --mode, in its words.
import type { FlagParametersForType } from "@stricli/core";
import type { DiskChanges } from "../../install/disk-task.ts";
import type { Context } from "../context.ts";

export interface DiskModeFlag {
  readonly mode: DiskChanges | undefined;
}

export const diskModeFlag: FlagParametersForType<DiskModeFlag, Context> = {
  mode: {
    kind: "parsed",
    parse: async (word: string) => (await import("../../install/disk-task.ts")).parseDiskMode(word),
    optional: true,
    placeholder: "MODE,...",
    proposeCompletions: () => ["destroy,format,mount", "format,mount", "format", "mount"],
    brief: "Of destroy,format,mount what is done (default: format; with disks to wipe all three)",
  },
};
