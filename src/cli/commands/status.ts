import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { fleetOptions, nixFlags, selectionFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import { loginFlags, type LoginFlags } from "../flags/login-flags.ts";
import {
  evaluateLimitFlags,
  limitsOf,
  parallelFlags,
  type EvaluateLimitFlags,
  type ParallelFlags,
} from "../flags/limit-flags.ts";
import { listFlags, type ListFlags } from "../flags/output-flags.ts";

type Flags = SelectionFlags & LoginFlags & ParallelFlags & EvaluateLimitFlags & NixFlags & ListFlags;

export const status: DocumentedCommand = {
  usage: "",
  examples: [
    { input: "", brief: "what every host runs now, and how its last run ended" },
    { input: "--on @web --json", brief: "the same of the web hosts, for a program" },
  ],
  command: buildCommand<Flags, [], Context>({
    docs: {
      brief: "Ask hosts what they run and how they are",
      fullDescription: [
        "Ask hosts what they run and how they are. A run that lost contact with a host learns its end here.",
        "Exits with 1 where some host could not be asked, with 4 where none could.",
      ].join("\n"),
    },
    parameters: {
      flags: { ...selectionFlags, ...loginFlags, ...parallelFlags, ...evaluateLimitFlags, ...nixFlags, ...listFlags },
      aliases: { f: "flake", p: "parallel" },
    },
    async func(flags) {
      const { status } = await this.useCases();
      const listing = await status({ ...fleetOptions(flags), limits: limitsOf(flags) });
      const [{ printListing }, { statusColumns: columns }] = await Promise.all([
        import("../print-listing.ts"),
        import("../columns.ts"),
      ]);
      printListing(this, listing, { json: flags.json, columns, none: "The fleet has no hosts." });
    },
  }),
};
