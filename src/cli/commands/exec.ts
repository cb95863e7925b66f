import { buildCommand, type FlagParametersForType } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { fleetOptions, nixFlags, selectionFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import { toggle } from "../flags/deploy-flags.ts";
import { loginFlags, type LoginFlags } from "../flags/login-flags.ts";
import { limitsOf, parallelFlags, type ParallelFlags } from "../flags/limit-flags.ts";

interface ExecFlags {
  readonly shell: boolean;
  readonly root: boolean;
  readonly verbose: boolean;
}

const execFlags: FlagParametersForType<ExecFlags, Context> = {
  shell: toggle("Give the words, joined by blanks, to a shell of the host"),
  root: toggle("As root, also where another user logs in"),
  verbose: toggle("Makes no difference: every line of the command is shown"),
};

type Flags = SelectionFlags & ExecFlags & LoginFlags & ParallelFlags & NixFlags;

export const exec: DocumentedCommand = {
  usage: "-- COMMAND [WORD...]",
  examples: [
    { input: "-- uptime", brief: "on every host, its lines marked with the host's name" },
    { input: "--on @web --parallel 1 -- systemctl restart nginx", brief: "on the web hosts, one after the other" },
    {
      input: "--shell -- 'echo $(hostname): $(df -h / | tail -1)'",
      brief: "with a shell of the host, where one is wanted",
    },
  ],
  command: buildCommand<Flags, [string, ...string[]], Context>({
    docs: {
      brief: "Run a command on hosts",
      fullDescription:
        "Run a command on hosts, as the user that logs in. Its words reach the program as they are;\nno shell reads them, unless --shell is given. Exits with 1 where it failed on some host.",
    },
    parameters: {
      flags: { ...selectionFlags, ...execFlags, ...loginFlags, ...parallelFlags, ...nixFlags },
      aliases: { f: "flake", p: "parallel", v: "verbose" },
      positional: {
        kind: "array",
        minimum: 1,
        parameter: { parse: String, placeholder: "COMMAND", brief: "The program and its arguments, after --" },
      },
    },
    async func(flags, ...command) {
      if (flags.verbose) this.process.stderr.write("note: --verbose makes no difference: every line is shown\n");
      const { exec } = await this.useCases();
      this.process.exitCode = await exec({
        ...fleetOptions(flags),
        limits: limitsOf(flags),
        command,
        shell: flags.shell,
        asRoot: flags.root,
      });
    },
  }),
};
