// What the commands about images share: which hosts, whose keys, where the links are made.
import { type FlagParametersForType, buildCommand } from "@stricli/core";
import type { ImageKind } from "../../nix/evaluate-image.ts";
import type { DocumentedCommand } from "../command.ts";
import { proposeHosts } from "../completion/propose-hosts.ts";
import type { Context } from "../context.ts";
import { fleetOptions, nixFlags, selectionFlags, type NixFlags, type SelectionFlags } from "../flags/fleet-flags.ts";
import { evaluateLimitFlags, limitsOf, type EvaluateLimitFlags } from "../flags/limit-flags.ts";

export interface ImageFlags extends SelectionFlags, EvaluateLimitFlags, NixFlags {
  readonly output: string;
}

export interface InstallerFlags extends ImageFlags {
  readonly authorizedKeys: readonly string[] | undefined;
}

const imageFlags: FlagParametersForType<ImageFlags, Context> = {
  ...selectionFlags,
  output: {
    kind: "parsed",
    parse: String,
    default: ".",
    placeholder: "DIRECTORY",
    brief: "Where a link to each image is made",
  },
  ...evaluateLimitFlags,
  ...nixFlags,
};

export const installerFlags: FlagParametersForType<InstallerFlags, Context> = {
  ...imageFlags,
  authorizedKeys: {
    kind: "parsed",
    parse: String,
    optional: true,
    variadic: true,
    placeholder: "FILE",
    brief: "Public keys that root lets in as well, e.g. ~/.ssh/id_ed25519.pub; several times",
  },
};

export const diskImageFlags = imageFlags;

interface ImageCommand<Flags extends ImageFlags> extends Omit<DocumentedCommand, "command" | "usage"> {
  readonly kind: ImageKind;
  readonly brief: string;
  readonly fullDescription: string;
  readonly flags: FlagParametersForType<Flags, Context>;
  readonly more: (flags: Flags) => { readonly keyFiles: readonly string[]; readonly format: "raw" | "qcow2" };
}

/** A command of `flotilla image`. */
export function imageCommand<Flags extends ImageFlags>(given: ImageCommand<Flags>): DocumentedCommand {
  const { brief, examples, flags, fullDescription, kind, more } = given;
  const command = buildCommand<Flags, string[], Context>({
    docs: { brief, fullDescription },
    parameters: {
      flags,
      aliases: { f: "flake" },
      positional: {
        kind: "array",
        parameter: {
          parse: String,
          placeholder: "HOST",
          brief: "Names, globs or tags, as for --on",
          proposeCompletions: proposeHosts,
        },
      },
    },
    async func(flags, ...hosts) {
      const options = fleetOptions(flags);
      const on = [...(options.on === null ? [] : [options.on]), ...hosts];
      const { image } = await this.useCases();
      this.process.exitCode = await image({
        ...options,
        on: on.length === 0 ? null : on.join(","),
        limits: limitsOf(flags),
        kind,
        output: flags.output,
        ...more(flags),
      });
    },
  });
  return { usage: "HOST...", examples, command };
}
