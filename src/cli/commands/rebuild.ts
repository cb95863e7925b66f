import { buildCommand } from "@stricli/core";
import type { RebuildAction, RebuildOptions } from "../../rebuild/rebuild-options.ts";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import {
  type ConfigurationFlags,
  configurationFlags,
  type IdleFlags,
  idleFlags,
  type MachineFlags,
  machineFlags,
  rebuildNixFlags,
  type SystemFlags,
  systemFlags,
} from "../flags/rebuild-flags.ts";
import type { RebuildNixFlags } from "../../rebuild/nix-flags.ts";

type Flags = ConfigurationFlags & MachineFlags & SystemFlags & RebuildNixFlags & IdleFlags;

export const rebuild: DocumentedCommand = {
  usage: "ACTION",
  examples: [
    { input: "switch --flake .#web-1 --target-host root@192.0.2.7", brief: "what nixos-rebuild does, under the guard" },
    { input: "boot --sudo --ask-sudo-password", brief: "this machine, from /etc/nixos" },
    { input: "list-generations --target-host web-1 --json", brief: "of another machine too" },
  ],
  command: buildCommand<Flags, [string], Context>({
    docs: {
      brief: "Rebuild one machine, this one or another, by nixos-rebuild's actions and flags",
      fullDescription: [
        "Rebuild one machine, this one or another: nixos-rebuild's actions and flags, a deploy's pipeline and guard.",
        "stdout carries the path of the new system alone. Exits with 4 where units failed, and with 100 where only",
        "a reboot brings the new system.",
      ].join("\n"),
    },
    parameters: {
      flags: { ...configurationFlags, ...machineFlags, ...systemFlags, ...rebuildNixFlags, ...idleFlags },
      aliases: {
        A: "attr",
        F: "flake",
        I: "include",
        K: "keepFailed",
        L: "printBuildLogs",
        Q: "noBuildOutput",
        S: "askElevatePassword",
        c: "specialisation",
        f: "file",
        j: "maxJobs",
        k: "keepGoing",
        p: "profileName",
        s: "useSubstitutes",
        v: "verbose",
      },
      positional: {
        kind: "tuple",
        parameters: [
          {
            parse: String,
            placeholder: "ACTION",
            brief: "switch, boot, test, build, dry-activate, list-generations, …",
            proposeCompletions: async () => (await import("../../rebuild/rebuild-options.ts")).rebuildActions,
          },
        ],
      },
    },
    async func(flags, word) {
      const [{ parseAction }, { nixSettings }] = await Promise.all([
        import("../../rebuild/rebuild-options.ts"),
        import("../../rebuild/nix-flags.ts"),
      ]);
      const verbose = (flags.verbose ?? 0) > 0 || flags.debug || flags.printBuildLogs;
      const nix = nixSettings({ ...flags, offline: flags.offline || flags.noNet }, verbose);
      const options = rebuildOptions(flags, parseAction(word), nix, verbose);
      const useCases = await this.useCases();
      if (options.action !== "list-generations") {
        this.process.exitCode = await useCases.rebuild(options).catch((error: unknown) => statusOf(this, error));
        return;
      }
      const listing = await useCases.rebuildGenerations(options);
      const [{ printListing }, { generationsColumns: columns }] = await Promise.all([
        import("../print-listing.ts"),
        import("../columns.ts"),
      ]);
      printListing(this, listing, { json: flags.json, columns, none: "There are no generations." });
    },
  }),
};

/** What stopped it before it began is said as ever; but 3 and 4 would mean what switch-to-configuration means by them. */
async function statusOf(context: Context, error: unknown): Promise<number> {
  const [{ describeError }, { exitStatusOfError }] = await Promise.all([
    import("../describe-error.ts"),
    import("../exit-status-of-error.ts"),
  ]);
  const status = exitStatusOfError(error);
  if (status !== 3 && status !== 4) throw error;
  context.process.stderr.write(`${describeError(context, error)}\n`);
  return 1;
}

function rebuildOptions(
  flags: Flags,
  action: RebuildAction,
  nix: RebuildOptions["nix"],
  verbose: boolean,
): RebuildOptions {
  const askPassword = flags.askSudoPassword || flags.askElevatePassword;
  const bySudo = flags.sudo || flags.useRemoteSudo || askPassword;
  return {
    action,
    configuration: {
      flake: flags.flake ?? null,
      noFlake: flags.noFlake,
      file: flags.file ?? null,
      attribute: flags.attr ?? null,
      storePath: flags.storePath ?? null,
    },
    targetHost: flags.targetHost ?? null,
    buildHost: flags.buildHost ?? null,
    useSubstitutes: flags.useSubstitutes || flags.substituteOnDestination,
    elevate: flags.elevate ?? (flags.run0 ? "run0" : bySudo ? "sudo" : null),
    askPassword,
    rollback: flags.rollback,
    specialisation: flags.specialisation ?? null,
    profileName: flags.profileName ?? "system",
    installBootloader: flags.installBootloader || flags.installGrub,
    diff: flags.diff,
    upgrade: flags.upgradeAll ? "all" : flags.upgrade ? "nixos" : "none",
    imageVariant: flags.imageVariant ?? null,
    nix,
    json: flags.json,
    verbose,
  };
}
