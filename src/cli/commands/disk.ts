// What the commands about disks share: how the machine is named, and how a command is built from its task.
import { type Command, type FlagParametersForType, buildCommand } from "@stricli/core";
import type { HostName } from "../../domain/host-name.ts";
import type { DiskTask } from "../../install/disk-task.ts";
import type { DocumentedCommand } from "../command.ts";
import { proposeHosts } from "../completion/propose-hosts.ts";
import type { Context } from "../context.ts";
import type { DiskFlags } from "../flags/disk-flags.ts";
import { validated } from "../validated.ts";

export const optionalHost = {
  parse: validated("HOST", (parsers) => parsers.hostName),
  optional: true,
  placeholder: "HOST",
  brief: "The host whose configuration declares the disks; with --local what the machine calls itself",
  proposeCompletions: proposeHosts,
} as const;

interface DiskCommand<Flags extends DiskFlags> extends Omit<DocumentedCommand, "command" | "usage"> {
  readonly brief: string;
  readonly fullDescription: string;
  readonly flags: FlagParametersForType<Flags, Context>;
  readonly task: (flags: Flags) => DiskTask;
}

/** A command of `flotilla disk`. */
export function diskCommand<Flags extends DiskFlags>(given: DiskCommand<Flags>): DocumentedCommand {
  const command: Command<Context> = buildCommand<Flags, [HostName?], Context>({
    docs: { brief: given.brief, fullDescription: given.fullDescription },
    parameters: {
      flags: given.flags,
      aliases: { f: "flake" },
      positional: { kind: "tuple", parameters: [optionalHost] },
    },
    async func(flags, host) {
      const { diskOptions } = await import("../flags/disk-options.ts");
      const options = diskOptions(flags, given.task(flags), host);
      const { disk } = await this.useCases();
      this.process.exitCode = await disk(options);
    },
  });
  return { usage: "[HOST]", examples: given.examples, command };
}
