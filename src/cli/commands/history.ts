import { buildCommand, type FlagParametersForType } from "@stricli/core";
import type { HostName } from "../../domain/host-name.ts";
import type { DocumentedCommand } from "../command.ts";
import { proposeHosts } from "../completion/propose-hosts.ts";
import type { Context } from "../context.ts";
import { listFlags, type ListFlags } from "../flags/output-flags.ts";
import { validated } from "../validated.ts";

interface HistoryFlags {
  readonly limit: number;
}

const historyFlags: FlagParametersForType<HistoryFlags, Context> = {
  limit: {
    kind: "parsed",
    parse: validated("--limit", (parsers) => parsers.count),
    default: "20",
    placeholder: "N",
    brief: "How many of the newest runs",
  },
};

export const history: DocumentedCommand = {
  usage: "[HOST]",
  examples: [
    { input: "", brief: "the newest runs from this machine, host by host" },
    { input: "web-1 --limit 5", brief: "the last five runs that touched web-1" },
    { input: "--json --limit 1000", brief: "for a program" },
  ],
  command: buildCommand<HistoryFlags & ListFlags, [HostName?], Context>({
    docs: { brief: "Show what was deployed where, by whom, when, and how it ended" },
    parameters: {
      flags: { ...historyFlags, ...listFlags },
      positional: {
        kind: "tuple",
        parameters: [
          {
            parse: validated("HOST", (parsers) => parsers.hostName),
            optional: true,
            placeholder: "HOST",
            brief: "One host (default: all)",
            proposeCompletions: proposeHosts,
          },
        ],
      },
    },
    async func(flags, host) {
      const { history } = await this.useCases();
      const listing = await history({ host: host ?? null, limit: flags.limit });
      const [{ printListing }, { historyColumns: columns }] = await Promise.all([
        import("../print-listing.ts"),
        import("../columns.ts"),
      ]);
      printListing(this, listing, { json: flags.json, columns, none: "Nothing was deployed yet." });
    },
  }),
};
