import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { listFlags, type ListFlags } from "../flags/output-flags.ts";

export const nixInfo: DocumentedCommand = {
  usage: "",
  examples: [
    { input: "", brief: "which Nix, whether it has flakes, for which system it builds" },
    { input: "--json", brief: "the same, for a program" },
  ],
  command: buildCommand<ListFlags, [], Context>({
    docs: { brief: "Show which Nix is installed here" },
    parameters: { flags: listFlags },
    async func(flags) {
      const { nixInfo } = await this.useCases();
      const listing = await nixInfo();
      const [{ printListing }, { doctorColumns: columns }] = await Promise.all([
        import("../print-listing.ts"),
        import("../columns.ts"),
      ]);
      printListing(this, listing, { json: flags.json, columns, none: "Nothing was looked at." });
    },
  }),
};
