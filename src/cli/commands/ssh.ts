import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import { proposeHosts } from "../completion/propose-hosts.ts";
import type { Context } from "../context.ts";
import { flakeFlag, fleetOptions, nixFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import { validated } from "../validated.ts";

type Flags = Pick<SelectionFlags, "flake" | "from"> & NixFlags;

export const ssh: DocumentedCommand = {
  usage: "HOST [-- COMMAND [WORD...]]",
  examples: [
    { input: "web-1", brief: "a shell on web-1, by the address, user and key of its settings" },
    { input: "web-1 -- journalctl -u nginx -n 50", brief: "one command; its exit status is ours" },
  ],
  command: buildCommand<Flags, [string, ...string[]], Context>({
    docs: { brief: "Log in to a host of the fleet" },
    parameters: {
      flags: { ...flakeFlag, ...nixFlags },
      aliases: { f: "flake" },
      positional: {
        kind: "array",
        minimum: 1,
        parameter: {
          parse: String,
          placeholder: "HOST",
          brief: "The host; after --, a command and its arguments",
          proposeCompletions: proposeHosts,
        },
      },
    },
    async func(flags, name, ...command) {
      const host = await validated("HOST", (parsers) => parsers.hostName)(name);
      const { ssh } = await this.useCases();
      this.process.exitCode = await ssh({ ...fleetOptions(flags), host, command });
    },
  }),
};
