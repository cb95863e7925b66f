import { buildCommand, type FlagParametersForType } from "@stricli/core";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { toggle } from "../flags/deploy-flags.ts";
import { flakeFlag, fleetOptions, nixFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import type { EvalOptions } from "../use-cases.ts";

interface EvalFlags {
  readonly expression: string | undefined;
  readonly instantiate: boolean;
}

const evalFlags: FlagParametersForType<EvalFlags, Context> = {
  expression: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "EXPRESSION",
    brief: "A function of { nodes, pkgs, lib, ... }",
  },
  instantiate: toggle("Make the derivations that it evaluates to, and print their paths"),
};

type Flags = Pick<SelectionFlags, "flake" | "from"> & EvalFlags & NixFlags;

export const evaluate: DocumentedCommand = {
  usage: "-E EXPRESSION | FILE",
  examples: [
    {
      input: "-E '{ nodes, ... }: builtins.mapAttrs (_: node: node.config.networking.hostName) nodes'",
      brief: "what every host calls itself, as JSON",
    },
    { input: "--instantiate toplevels.nix", brief: "the derivations that the function in a file gives" },
  ],
  command: buildCommand<Flags, [string?], Context>({
    docs: {
      brief: "Evaluate an expression over the whole fleet",
      fullDescription: [
        "Evaluate an expression over the whole fleet and print its value as JSON. It is a function of a set: `nodes`",
        "are the hosts' configurations, `pkgs` and `lib` the fleet's, or those of its first host.",
      ].join("\n"),
    },
    parameters: {
      flags: { ...flakeFlag, ...evalFlags, ...nixFlags },
      aliases: { f: "flake", E: "expression" },
      positional: {
        kind: "tuple",
        parameters: [{ parse: String, optional: true, placeholder: "FILE", brief: "A file that holds the function" }],
      },
    },
    async func({ expression, instantiate, ...flags }, file) {
      const useCases = await this.useCases();
      this.process.exitCode = await useCases.eval({
        ...fleetOptions(flags),
        expression: meantExpression(expression, file),
        instantiate,
      });
    },
  }),
};

function meantExpression(text: string | undefined, file: string | undefined): EvalOptions["expression"] {
  if (text !== undefined && file === undefined) return { kind: "text", text };
  if (text === undefined && file !== undefined) return { kind: "file", path: file };
  const what = text === undefined ? "there is no expression" : "there are two expressions";
  throw new FlotillaError("E_USAGE", `${what}: give one with -E, or a file`);
}
