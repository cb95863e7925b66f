import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { machineLoginFlags, type MachineLoginFlags } from "../flags/install-flags.ts";
import { loginFlags, type LoginFlags } from "../flags/login-flags.ts";
import { listFlags, type ListFlags } from "../flags/output-flags.ts";
import { validated } from "../validated.ts";

type Flags = LoginFlags & Pick<MachineLoginFlags, "sshPort" | "identity" | "sshOption"> & ListFlags;

const { identity, sshOption, sshPort } = machineLoginFlags;

export const facts: DocumentedCommand = {
  usage: "ADDRESS",
  examples: [
    { input: "root@192.0.2.7", brief: "what the machine is, and whether it can be installed on" },
    { input: "ubuntu@192.0.2.7 --json", brief: "all that was found out, for a program" },
  ],
  command: buildCommand<Flags, [string], Context>({
    docs: {
      brief: "Say what a machine is: hardware, boot, disks, network",
      fullDescription: [
        "Say what a machine is that runs any Linux with ssh: hardware, how it boots, whether it can be brought into an",
        "installer, its disks and its network. It needs no configuration, and nothing is changed on it.",
      ].join("\n"),
    },
    parameters: {
      flags: { sshPort, identity, sshOption, ...loginFlags, ...listFlags },
      aliases: { i: "identity", p: "sshPort" },
      positional: {
        kind: "tuple",
        parameters: [
          {
            parse: validated("ADDRESS", (parsers) => parsers.targetAddress),
            placeholder: "ADDRESS",
            brief: "Where it is, as [user@]address[:port]",
          },
        ],
      },
    },
    async func(flags, address) {
      const { facts } = await this.useCases();
      const found = await facts({
        address,
        port: flags.sshPort ?? null,
        identity: flags.identity ?? null,
        user: flags.sshUser ?? null,
        sshOptions: [...(flags.sshOpts ?? []), ...(flags.sshOption ?? []).flatMap((option) => ["-o", option])],
        elevation: flags.sudo ?? null,
        askSudoPassword: flags.askSudoPassword,
      });
      const { printFacts } = await import("../print-facts.ts");
      printFacts(this, found, flags.json);
    },
  }),
};
