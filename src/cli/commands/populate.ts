import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { fleetOptions, nixFlags, type NixFlags } from "../flags/fleet-flags.ts";

interface OwnFlags {
  readonly source: string;
  readonly force: boolean;
  readonly backup: boolean;
}

export const populate: DocumentedCommand = {
  usage: "--source FILE|FLAKE#ATTRIBUTE TARGET",
  examples: [
    { input: "--source ./sources.nix root@web-1", brief: "krops's sources to /var/src on web-1" },
    { input: "--source .#sources --force root@[fd00::1]:2222/srv/src", brief: "to a host that has none yet" },
  ],
  command: buildCommand<OwnFlags & NixFlags, [string], Context>({
    docs: {
      brief: "Bring krops's sources to a target",
      fullDescription: [
        "Bring the sources of a krops user to a target: files, git, pass and passage stores, output of programs, links,",
        "and derivations that are built there. Only to a directory that has .populate in it, unless --force makes it.",
        "A target is [[USER]@]HOST[:PORT][/PATH]; without a path it is /var/src.",
      ].join("\n"),
    },
    parameters: {
      flags: {
        source: {
          kind: "parsed",
          parse: String,
          placeholder: "SOURCE",
          brief: "A file of Nix with the sources, or an attribute of a flake",
        },
        force: {
          kind: "boolean",
          default: false,
          withNegated: false,
          brief: "Make the directory and its .populate",
        },
        backup: {
          kind: "boolean",
          default: false,
          withNegated: false,
          brief: "Keep what is there in .populate/backup",
        },
        ...nixFlags,
      },
      positional: {
        kind: "tuple",
        parameters: [{ parse: String, placeholder: "TARGET", brief: "Where the sources go" }],
      },
    },
    async func(flags, target) {
      const { populate } = await this.useCases();
      const { nix } = fleetOptions(flags);
      const { backup, force, source } = flags;
      this.process.exitCode = await populate({ nix, source, target, force, backup });
    },
  }),
};
