import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import { proposeSelection } from "../completion/propose-hosts.ts";
import type { Context } from "../context.ts";
import { deployOptions, goalOf } from "../flags/deploy-options.ts";
import { deployFlakeFlags, type DeployFlakeFlags } from "../flags/deploy-flake-flags.ts";
import { deployRsFlags, type DeployRsFlags } from "../flags/deploy-rs-flags.ts";
import { runFlags, type RunFlags } from "../flags/run-flags.ts";
import { withNixArguments } from "../nix-arguments.ts";
import { noteUnneeded } from "../note-unneeded.ts";
import { runOrPlan } from "../run-or-plan.ts";

export const deploy: DocumentedCommand = {
  usage: "[GOAL] [TARGET...]",
  examples: [
    { input: "", brief: "every host of the nearest flake, switched live" },
    { input: "--on @web,!web-3 --dry-run", brief: "what would stand in the way, without changing anything" },
    { input: "boot --on 'db-*' --ask", brief: "take effect at the next reboot; shows first what changes, and asks" },
    { input: "test @web+@eu", brief: "try the new systems of the web hosts in Europe until their next reboot" },
    { input: ".#web-1.system --rollback-succeeded false", brief: "one profile, as deploy-rs names it" },
    { input: "nixos://root@192.0.2.7/web-1", brief: "one host, at another address, as deploy-flake names it" },
  ],
  command: buildCommand<RunFlags & DeployRsFlags & DeployFlakeFlags, string[], Context>({
    docs: {
      brief: "Bring hosts to the system that their configuration describes",
      fullDescription: [
        "Bring hosts to the system that their configuration describes: evaluate, build, copy, check, activate, confirm.",
        "A new system has to be reached from outside before it becomes the boot default; one that cannot be reached,",
        "or does not come up healthy, is taken back by the host itself. Words after -- are for nix eval and nix build.",
      ].join("\n"),
    },
    parameters: {
      flags: { ...runFlags, ...deployRsFlags, ...deployFlakeFlags },
      aliases: {
        f: "flake",
        p: "parallel",
        v: "verbose",
        i: "ask",
        k: "keepResult",
        r: "resultPath",
        s: "skipChecks",
        c: "checksigs",
        d: "debugLogs",
      },
      positional: {
        kind: "array",
        parameter: {
          parse: String,
          placeholder: "[GOAL] [TARGET]",
          brief:
            "GOAL: build, push, switch, boot, test, dry-activate or keys (default: switch). TARGET: a selection as for --on; FLAKE[#NODE[.PROFILE]], or NODE[.PROFILE] of the file that --flake names; USER@HOST or nixos://[USER@]HOST[/NAME]",
          proposeCompletions: async function (this: Context, partial: string) {
            const { goals } = await import("../parsers.ts");
            return [...goals, ...(await proposeSelection.call(this, partial))];
          },
        },
      },
    },
    async func(given, ...words) {
      const [{ meantByDeployFlake, withBuildCmdline }, { deployWords }, { namedFleet }] = await Promise.all([
        import("../flags/deploy-flake-flags.ts"),
        import("../deploy-words.ts"),
        import("../../fleet/find-fleet.ts"),
      ]);
      const flags = { ...given, ...meantByDeployFlake(given) };
      noteUnneeded(this, flags);
      const ofFile = flags.flake !== undefined && namedFleet(flags.flake, this.cwd).kind === "file";
      const meant = deployWords([...words, ...(flags.targets ?? [])], ofFile);
      const options = deployOptions(flags, goalOf(meant.goal, flags));
      const on = [...(options.on === null ? [] : [options.on]), ...meant.on];
      await runOrPlan(
        this,
        {
          ...options,
          nix: withBuildCmdline(withNixArguments(options.nix, flags.nixArgument ?? []), flags),
          preActivate: flags.preActivateScript ?? null,
          flake: meant.flake ?? options.flake,
          on: on.length === 0 ? null : on.join(","),
          overrides: { ...options.overrides, profiles: meant.profiles, addresses: meant.addresses },
        },
        flags,
      );
    },
  }),
};
