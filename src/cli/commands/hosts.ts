import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import { rememberHosts } from "../completion/propose-hosts.ts";
import type { Context } from "../context.ts";
import { fleetOptions, nixFlags, selectionFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import { evaluateLimitFlags, limitsOf, type EvaluateLimitFlags } from "../flags/limit-flags.ts";
import { listFlags, type ListFlags } from "../flags/output-flags.ts";

type Flags = SelectionFlags & EvaluateLimitFlags & NixFlags & ListFlags;

export const hosts: DocumentedCommand = {
  usage: "",
  examples: [
    { input: "", brief: "every host, how it is reached, its tags" },
    { input: "--on 'web-*' --json", brief: "the same of some hosts, for a program" },
  ],
  command: buildCommand<Flags, [], Context>({
    docs: { brief: "List the hosts of the fleet" },
    parameters: {
      flags: { ...selectionFlags, ...evaluateLimitFlags, ...nixFlags, ...listFlags },
      aliases: { f: "flake" },
    },
    async func(flags) {
      const { hosts } = await this.useCases();
      const options = fleetOptions(flags);
      const listing = await hosts({ ...options, limits: limitsOf(flags) });
      const { every, limit, on, onFile } = options;
      const isAll = on === null && onFile === null && every === 1 && limit === null;
      if (isAll) await rememberHosts(this, flags.flake ?? null, listing.rows);
      const [{ printListing }, { hostsColumns: columns }] = await Promise.all([
        import("../print-listing.ts"),
        import("../columns.ts"),
      ]);
      printListing(this, listing, { json: flags.json, columns, none: "The fleet has no hosts." });
    },
  }),
};
