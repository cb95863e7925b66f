import { buildCommand } from "@stricli/core";
import type { HostName } from "../../domain/host-name.ts";
import type { DocumentedCommand } from "../command.ts";
import { proposeHosts } from "../completion/propose-hosts.ts";
import type { Context } from "../context.ts";
import { flakeFlag, fleetOptions, nixFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import { loginFlags, type LoginFlags } from "../flags/login-flags.ts";
import { listFlags, type ListFlags } from "../flags/output-flags.ts";
import { profileFlag, type ProfileFlag } from "../flags/profile-flag.ts";
import { validated } from "../validated.ts";

type Flags = Pick<SelectionFlags, "flake" | "from"> & LoginFlags & NixFlags & ProfileFlag & ListFlags;

export const generations: DocumentedCommand = {
  usage: "HOST",
  examples: [
    { input: "web-1", brief: "what `flotilla rollback --on web-1 --to` can return to" },
    { input: "web-1 --json", brief: "the JSON of `nixos-rebuild list-generations --json`" },
  ],
  command: buildCommand<Flags, [HostName], Context>({
    docs: { brief: "List the generations of a host's system, or of another of its profiles" },
    parameters: {
      flags: { ...flakeFlag, ...profileFlag, ...loginFlags, ...nixFlags, ...listFlags },
      aliases: { f: "flake" },
      positional: {
        kind: "tuple",
        parameters: [
          {
            parse: validated("HOST", (parsers) => parsers.hostName),
            placeholder: "HOST",
            brief: "The host",
            proposeCompletions: proposeHosts,
          },
        ],
      },
    },
    async func(flags, host) {
      const { generations } = await this.useCases();
      const listing = await generations({ ...fleetOptions(flags), host, profile: flags.profile ?? null });
      const [{ printListing }, { generationsColumns: columns }] = await Promise.all([
        import("../print-listing.ts"),
        import("../columns.ts"),
      ]);
      printListing(this, listing, { json: flags.json, columns, none: `${host} has no generations.` });
    },
  }),
};
