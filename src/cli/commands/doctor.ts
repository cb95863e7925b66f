import { buildCommand } from "@stricli/core";
import type { HostName } from "../../domain/host-name.ts";
import type { DocumentedCommand } from "../command.ts";
import { proposeHosts } from "../completion/propose-hosts.ts";
import type { Context } from "../context.ts";
import { flakeFlag, fleetOptions, nixFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import { loginFlags, type LoginFlags } from "../flags/login-flags.ts";
import { listFlags, type ListFlags } from "../flags/output-flags.ts";
import { validated } from "../validated.ts";

type Flags = Pick<SelectionFlags, "flake" | "from"> & LoginFlags & NixFlags & ListFlags;

export const doctor: DocumentedCommand = {
  usage: "[HOST...]",
  examples: [
    { input: "", brief: "is all here that flotilla needs: nix, ssh, an agent, their versions" },
    {
      input: "web-1 db-1",
      brief: "also: are these hosts reachable, is root at hand, do they trust us, have they space",
    },
  ],
  command: buildCommand<Flags, HostName[], Context>({
    docs: { brief: "Say what is missing, here or on hosts, and how to get it" },
    parameters: {
      flags: { ...flakeFlag, ...loginFlags, ...nixFlags, ...listFlags },
      aliases: { f: "flake" },
      positional: {
        kind: "array",
        parameter: {
          parse: validated("HOST", (parsers) => parsers.hostName),
          placeholder: "HOST",
          brief: "Hosts to look at as well",
          proposeCompletions: proposeHosts,
        },
      },
    },
    async func(flags, ...hosts) {
      const { doctor } = await this.useCases();
      const listing = await doctor({ ...fleetOptions(flags), hosts });
      const [{ printListing }, { doctorColumns: columns }] = await Promise.all([
        import("../print-listing.ts"),
        import("../columns.ts"),
      ]);
      printListing(this, listing, { json: flags.json, columns, none: "Nothing was looked at." });
    },
  }),
};
