import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import { proposeSelection } from "../completion/propose-hosts.ts";
import type { Context } from "../context.ts";
import { nixFlags, selectionFlags } from "../flags/fleet-flags.ts";
import { installFlags } from "../flags/install-flags.ts";
import type { AllInstallFlags } from "../flags/install-run-options.ts";
import { buildLimitFlags, copyLimitFlags, evaluateLimitFlags, parallelFlags } from "../flags/limit-flags.ts";
import { loginFlags } from "../flags/login-flags.ts";
import { viewFlags } from "../flags/output-flags.ts";

export const install: DocumentedCommand = {
  usage: "HOST...",
  examples: [
    {
      input: "web-1 --target root@192.0.2.7",
      brief: "shows the disks, asks, and installs what runs Linux and has ssh",
    },
    { input: "web-1 --target root@192.0.2.7 --dry-run", brief: "what would happen to its disks; nothing is touched" },
    {
      input: "web-1 --wipe main=/dev/disk/by-id/nvme-S1",
      brief: "without a question: the disk that may be wiped is named",
    },
    { input: "web-1=root@192.0.2.7 web-2=root@192.0.2.8", brief: "two machines side by side" },
    { input: "--flake .#web-1 root@192.0.2.7", brief: "as nixos-anywhere has it" },
  ],
  command: buildCommand<AllInstallFlags, string[], Context>({
    docs: {
      brief: "Install hosts on machines that run any Linux, or an installer",
      fullDescription: [
        "Install hosts on machines that run any Linux with ssh, or an installer: their disks are made as the",
        "configuration says, the system is put there and started. What is lost is shown first, and a disk is wiped only",
        "where it is named. A run that was broken off goes on where it was when the same command is given again.",
      ].join("\n"),
    },
    parameters: {
      flags: {
        ...selectionFlags,
        ...installFlags,
        ...loginFlags,
        ...parallelFlags,
        ...evaluateLimitFlags,
        ...buildLimitFlags,
        ...copyLimitFlags,
        ...nixFlags,
        ...viewFlags,
      },
      aliases: {
        L: "printBuildLogs",
        f: "flake",
        i: "identity",
        p: "sshPort",
        s: "storePaths",
        t: "tty",
        v: "verbose",
      },
      positional: {
        kind: "array",
        parameter: {
          parse: String,
          placeholder: "HOST",
          brief: "HOST or HOST=ADDRESS, several; where --flake is REF#HOST, the machine's [user@]address",
          proposeCompletions: proposeSelection,
        },
      },
    },
    async func(flags, ...words) {
      const { installRunOptions } = await import("../flags/install-run-options.ts");
      const options = installRunOptions(flags, words, this.process.env);
      const useCases = await this.useCases();
      this.process.exitCode = await useCases.install(options);
    },
  }),
};
