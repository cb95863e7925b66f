import { buildCommand } from "@stricli/core";
import type { HostName } from "../../domain/host-name.ts";
import type { RunId } from "../../domain/run-id.ts";
import type { DocumentedCommand } from "../command.ts";
import { proposeHosts } from "../completion/propose-hosts.ts";
import type { Context } from "../context.ts";
import { loginFlags, type LoginFlags } from "../flags/login-flags.ts";
import { viewFlags, viewOptions, type ViewFlags } from "../flags/output-flags.ts";
import { validated } from "../validated.ts";

export const attach: DocumentedCommand = {
  usage: "RUN [HOST]",
  examples: [
    { input: "7k2m9x4c", brief: "follow a run to its end, or see how it ended" },
    { input: "7k2m9x4c web-1 --verbose", brief: "one host of it, with everything its guard wrote" },
  ],
  command: buildCommand<Pick<LoginFlags, "askSudoPassword"> & ViewFlags, [RunId, HostName?], Context>({
    docs: { brief: "Follow a run that another terminal began, or see how it ended" },
    parameters: {
      flags: { askSudoPassword: loginFlags.askSudoPassword, ...viewFlags },
      aliases: { v: "verbose" },
      positional: {
        kind: "tuple",
        parameters: [
          {
            parse: validated("RUN", (parsers) => parsers.runId),
            placeholder: "RUN",
            brief: "The run's id, as the run itself and `flotilla history` show it",
          },
          {
            parse: validated("HOST", (parsers) => parsers.hostName),
            optional: true,
            placeholder: "HOST",
            brief: "One host (default: all of the run)",
            proposeCompletions: proposeHosts,
          },
        ],
      },
    },
    async func(flags, run, host) {
      const { attach } = await this.useCases();
      this.process.exitCode = await attach({
        run,
        host: host ?? null,
        askSudoPassword: flags.askSudoPassword,
        view: viewOptions(flags),
      });
    },
  }),
};
