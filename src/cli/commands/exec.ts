import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { fleetOptions, nixFlags, selectionFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import { limitsOf, parallelFlags, type ParallelFlags } from "../flags/limit-flags.ts";

type Flags = SelectionFlags & ParallelFlags & NixFlags;

export const exec: DocumentedCommand = {
  usage: "-- COMMAND [WORD...]",
  examples: [
    { input: "-- uptime", brief: "on every host, its lines marked with the host's name" },
    { input: "--on @web --parallel 1 -- systemctl restart nginx", brief: "on the web hosts, one after the other" },
    { input: "-- sh -c 'df -h / | tail -1'", brief: "with a shell, where one is wanted" },
  ],
  command: buildCommand<Flags, [string, ...string[]], Context>({
    docs: {
      brief: "Run a command on hosts",
      fullDescription:
        "Run a command on hosts, as the user that logs in. Its words reach the program as they are;\nno shell reads them. Exits with 1 where it failed on some host.",
    },
    parameters: {
      flags: { ...selectionFlags, ...parallelFlags, ...nixFlags },
      positional: {
        kind: "array",
        minimum: 1,
        parameter: { parse: String, placeholder: "COMMAND", brief: "The program and its arguments, after --" },
      },
    },
    async func(flags, ...command) {
      const { exec } = await this.useCases();
      this.process.exitCode = await exec({ ...fleetOptions(flags), limits: limitsOf(flags), command });
    },
  }),
};
