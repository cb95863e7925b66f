import { buildCommand } from "@stricli/core";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { fleetOptions, nixFlags, selectionFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import { evaluateLimitFlags, limitsOf, type EvaluateLimitFlags } from "../flags/limit-flags.ts";
import type { ScriptOptions } from "../use-cases.ts";

interface OwnFlags {
  readonly output: string | undefined;
  readonly built: boolean;
  readonly noSubstitute: boolean;
}

type Flags = SelectionFlags & OwnFlags & EvaluateLimitFlags & NixFlags;

export const script: DocumentedCommand = {
  usage: "deploy|test|command [HOST...] [-- COMMAND [WORD...]]",
  examples: [
    { input: "deploy web-1 --output deploy-web-1", brief: "a file that deploys web-1, with sh, ssh and nix alone" },
    { input: "deploy --built @web", brief: "to stdout, for machines that have or fetch what is deployed" },
    { input: "command web-1,web-2 -- systemctl restart nginx", brief: "a file that runs a command on two hosts" },
  ],
  command: buildCommand<Flags, [string, ...string[]], Context>({
    docs: {
      brief: "Write a script that deploys hosts without flotilla",
      fullDescription: [
        "Write a script of POSIX sh that deploys hosts, tries them, or runs a command on them where there is no",
        "flotilla: in a CI job, a cron job, on an admin's desk. It brings the guard along, so that a host is as safe",
        "as ever. It holds the hosts' derivations, and so runs where these are; with --built it holds only their",
        "results. No key of a host is in it.",
      ].join("\n"),
    },
    parameters: {
      flags: {
        ...selectionFlags,
        output: {
          kind: "parsed",
          parse: String,
          optional: true,
          placeholder: "FILE",
          brief: "Write to a file that can be run (default: stdout)",
        },
        built: {
          kind: "boolean",
          default: false,
          withNegated: false,
          brief: "Name what is deployed and not how it is built",
        },
        noSubstitute: {
          kind: "boolean",
          default: false,
          withNegated: false,
          brief: "Send everything; hosts fetch nothing from their caches",
        },
        ...evaluateLimitFlags,
        ...nixFlags,
      },
      aliases: { f: "flake" },
      positional: {
        kind: "array",
        minimum: 1,
        parameter: {
          parse: String,
          placeholder: "WHAT",
          brief: "deploy, test or command; then the hosts; after --, the command",
          proposeCompletions: () => ["deploy", "test", "command"],
        },
      },
    },
    async func(flags, kind, ...words) {
      const wanted = whatIsWanted(kind, words);
      const { script } = await this.useCases();
      const options = fleetOptions(flags);
      const on = [...(options.on === null ? [] : [options.on]), ...wanted.hosts];
      this.process.exitCode = await script({
        ...options,
        on: on.length === 0 ? null : on.join(","),
        limits: limitsOf(flags),
        script: wanted.script,
        output: flags.output ?? null,
        derivations: !flags.built,
        substitute: !flags.noSubstitute,
      });
    },
  }),
};

function whatIsWanted(
  kind: string,
  words: readonly string[],
): { readonly script: ScriptOptions["script"]; readonly hosts: readonly string[] } {
  switch (kind) {
    case "deploy":
    case "test":
      return { script: { kind }, hosts: words };
    case "command": {
      const [hosts, program, ...others] = words;
      if (hosts === undefined || program === undefined) {
        throw new FlotillaError("E_USAGE", "script command takes hosts and, after --, a command", {
          hint: "flotilla script command web-1,web-2 -- uptime",
        });
      }
      return { script: { kind, command: [program, ...others] }, hosts: [hosts] };
    }
    default:
      throw new FlotillaError("E_USAGE", `a script is for deploy, test or command, not for ${JSON.stringify(kind)}`);
  }
}
