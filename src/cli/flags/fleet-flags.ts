// The flags that say which hosts, and how Nix reads them: those of every command that reads the fleet.
import type { FlagParametersForType } from "@stricli/core";
import { proposeSelection } from "../completion/propose-hosts.ts";
import type { Context } from "../context.ts";
import type { FleetFormName } from "../../nix/forms/fleet-form.ts";
import type { FleetOptions } from "../use-cases.ts";
import type { ColmenaFlags } from "./colmena-flags.ts";
import type { DeployRsFlags } from "./deploy-rs-flags.ts";
import type { LoginFlags } from "./login-flags.ts";
import { validated } from "../validated.ts";

export interface SelectionFlags {
  readonly flake: string | undefined;
  readonly from: FleetFormName | undefined;
  readonly on: readonly string[] | undefined;
  readonly onFile: string | undefined;
  readonly every: number;
  readonly limit: number | undefined;
}

export interface NixFlags {
  readonly showTrace: boolean;
  readonly impure: boolean;
  readonly option: readonly (readonly [string, string])[] | undefined;
  readonly overrideInput: readonly (readonly [string, string])[] | undefined;
  readonly noEvalCache: boolean;
}

export const flakeFlag: FlagParametersForType<Pick<SelectionFlags, "flake" | "from">, Context> = {
  flake: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "REF",
    brief: "Flake or file to read (default: the nearest flake.nix or hive.nix, upwards)",
  },
  from: {
    kind: "parsed",
    parse: validated("--from", (parsers) => parsers.fleetForm),
    optional: true,
    placeholder: "OUTPUT",
    proposeCompletions: async () => (await import("../parsers.ts")).fleetForms,
    brief: "Which output is the fleet, where the flake has several, e.g. deploy",
  },
};

export const selectionFlags: FlagParametersForType<SelectionFlags, Context> = {
  ...flakeFlag,
  on: {
    kind: "parsed",
    parse: String,
    optional: true,
    variadic: true,
    placeholder: "SELECTION",
    proposeCompletions: proposeSelection,
    brief: "Names, globs, @tag, @failed, @changed; ! not, + and, comma or (default: all)",
  },
  onFile: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "FILE",
    brief: "Also the hosts of a file with one selection a line; - is stdin",
  },
  every: {
    kind: "parsed",
    parse: validated("--every", (parsers) => parsers.count),
    default: "1",
    placeholder: "N",
    brief: "Of the selected hosts the first, and then each Nth",
  },
  limit: {
    kind: "parsed",
    parse: validated("--limit", (parsers) => parsers.count),
    optional: true,
    placeholder: "N",
    brief: "At most so many of the selected hosts",
  },
};

export const nixFlags: FlagParametersForType<NixFlags, Context> = {
  showTrace: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "Show Nix's whole trace where an evaluation fails",
  },
  impure: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "Let evaluation see the environment and mutable paths",
  },
  option: {
    kind: "parsed",
    parse: validated("--option", (parsers) => parsers.pair),
    optional: true,
    variadic: true,
    placeholder: "NAME VALUE",
    brief: "Set a Nix setting; repeatable",
  },
  overrideInput: {
    kind: "parsed",
    parse: validated("--override-input", (parsers) => parsers.pair),
    optional: true,
    variadic: true,
    placeholder: "INPUT FLAKE",
    brief: "Use another flake for an input of the flake; repeatable",
  },
  noEvalCache: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "Evaluate even where the result is known",
  },
};

type AnyFleetFlags = NixFlags & { readonly verbose?: boolean } & Partial<
    SelectionFlags & LoginFlags & ColmenaFlags & DeployRsFlags
  >;

/** What the flags mean to the use cases. */
export const fleetOptions = (flags: AnyFleetFlags): FleetOptions => ({
  flake: flags.flake ?? null,
  form: flags.from ?? null,
  on: flags.on === undefined ? null : flags.on.join(","),
  onFile: flags.onFile ?? null,
  every: flags.every ?? 1,
  limit: flags.limit ?? null,
  overrides: { settings: overridesOf(flags), profiles: new Map(), addresses: new Map() },
  askSudoPassword: flags.askSudoPassword === true ? true : (flags.interactiveSudo ?? null),
  nix: {
    showTrace: flags.showTrace,
    impure: flags.impure,
    options: flags.option ?? [],
    overrideInputs: flags.overrideInput ?? [],
    verbose: flags.verbose ?? false,
  },
  mostPerProcess: flags.evalNodeLimit || null,
  evaluationCache: !flags.noEvalCache,
});

/** What was not said is left out. */
function overridesOf(flags: AnyFleetFlags): FleetOptions["overrides"]["settings"] {
  const { autoRollback, fastConnection, magicRollback, profileUser, sshOpts, sshUser, sudo } = flags;
  return {
    ...(sshUser === undefined ? {} : { sshUser }),
    ...(sshOpts === undefined ? {} : { sshOpts: [...sshOpts] }),
    ...(sudo === undefined ? {} : { sudo }),
    ...(profileUser === undefined ? {} : { user: profileUser }),
    ...(fastConnection === undefined ? {} : { fastConnection }),
    ...(autoRollback === undefined ? {} : { autoRollback }),
    ...(magicRollback === undefined ? {} : { magicRollback }),
  };
}
