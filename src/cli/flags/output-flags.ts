// How results are shown. stdout carries results, stderr the view, whatever is asked for here.
import type { FlagParametersForType } from "@stricli/core";
import type { Context } from "../context.ts";
import type { ViewOptions } from "../use-cases.ts";

export interface ViewFlags {
  readonly json: boolean;
  readonly plain: boolean;
  readonly verbose: boolean;
}

export const viewFlags: FlagParametersForType<ViewFlags, Context> = {
  json: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "One event a line on stdout, as JSON (docs/events.md)",
  },
  plain: { kind: "boolean", default: false, withNegated: false, brief: "One plain line an event, also on a terminal" },
  verbose: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "Show every line that nix, ssh and the hosts print",
  },
};

export interface ListFlags {
  readonly json: boolean;
}

export const listFlags: FlagParametersForType<ListFlags, Context> = {
  json: { kind: "boolean", default: false, withNegated: false, brief: "Print JSON instead of a table" },
};

export const viewOptions = ({ json, plain, verbose }: ViewFlags): ViewOptions => ({ json, plain, verbose });
