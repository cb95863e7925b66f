// nixos-rebuild's flags, by its names: what is ours as well means the same there, and what is old is still understood.
import type { FlagParametersForType } from "@stricli/core";
import type { RebuildNixFlags } from "../../rebuild/nix-flags.ts";
import type { Context } from "../context.ts";
import { validated } from "../validated.ts";
import { toggle } from "./deploy-flags.ts";
import { nixFlags } from "./fleet-flags.ts";

/** Understood, and shown on no page: another spelling, or what has no meaning any more. */
const silent = (brief: string) => ({ ...toggle(brief), hidden: true }) as const;

const word = (placeholder: string, brief: string) =>
  ({ kind: "parsed", parse: String, optional: true, placeholder, brief }) as const;

const address = (flag: string, brief: string) =>
  ({
    kind: "parsed",
    parse: validated(flag, (parsers) => parsers.targetAddress),
    optional: true,
    placeholder: "ADDRESS",
    brief,
  }) as const;

export interface ConfigurationFlags {
  readonly flake: string | undefined;
  readonly noFlake: boolean;
  readonly file: string | undefined;
  readonly attr: string | undefined;
  readonly storePath: string | undefined;
}

export const configurationFlags: FlagParametersForType<ConfigurationFlags, Context> = {
  flake: {
    ...word("REF#NAME", "Flake and configuration (default: /etc/nixos, and the machine's name)"),
    inferEmpty: true,
  },
  noFlake: toggle("Look for no flake"),
  file: word("FILE", "File of Nix that has the configuration"),
  attr: word("ATTRIBUTE", "Attribute of that file, or of ./system.nix or ./default.nix"),
  storePath: word("PATH", "Take this system, which is built already"),
};

export interface MachineFlags {
  readonly targetHost: string | undefined;
  readonly buildHost: string | undefined;
  readonly useSubstitutes: boolean;
  readonly substituteOnDestination: boolean;
  readonly elevate: "sudo" | "run0" | "none" | undefined;
  readonly sudo: boolean;
  readonly useRemoteSudo: boolean;
  readonly run0: boolean;
  readonly askSudoPassword: boolean;
  readonly askElevatePassword: boolean;
}

export const machineFlags: FlagParametersForType<MachineFlags, Context> = {
  targetHost: address("--target-host", "The machine, as [user@]address[:port] (default: this one)"),
  buildHost: address("--build-host", "Build on another machine"),
  useSubstitutes: toggle("Let the target fetch from its own caches what they have"),
  substituteOnDestination: silent("As --use-substitutes"),
  elevate: {
    kind: "enum",
    values: ["sudo", "run0", "none"],
    optional: true,
    brief: "How to become root (default: found out)",
  },
  sudo: toggle("As --elevate sudo"),
  useRemoteSudo: silent("As --sudo"),
  run0: silent("As --elevate run0"),
  askSudoPassword: toggle("Ask once for the password that sudo wants; implies --sudo"),
  askElevatePassword: silent("As --ask-sudo-password"),
};

export interface SystemFlags {
  readonly rollback: boolean;
  readonly specialisation: string | undefined;
  readonly profileName: string | undefined;
  readonly installBootloader: boolean;
  readonly installGrub: boolean;
  readonly diff: boolean;
  readonly upgrade: boolean;
  readonly upgradeAll: boolean;
  readonly imageVariant: string | undefined;
  readonly json: boolean;
}

export const systemFlags: FlagParametersForType<SystemFlags, Context> = {
  rollback: toggle("Go back to the generation before the one that runs; nothing is evaluated"),
  specialisation: word("NAME", "Activate this specialisation of the system"),
  profileName: word("NAME", "Profile below system-profiles, with boot entries of its own (default: system)"),
  installBootloader: toggle("Have the boot loader itself written anew"),
  installGrub: silent("As --install-bootloader"),
  diff: toggle("Print what changes on the target, package by package"),
  upgrade: toggle("Update root's channel nixos first"),
  upgradeAll: toggle("Update all of root's channels first"),
  imageVariant: word("VARIANT", "Which image build-image builds, e.g. iso"),
  json: toggle("Print generations as JSON"),
};

export const rebuildNixFlags: FlagParametersForType<RebuildNixFlags, Context> = {
  maxJobs: word("N", "Builds at a time"),
  cores: word("N", "Cores of a build"),
  builders: word("MACHINES", "Machines that build, as in nix.conf"),
  include: { ...word("PATH", "Entry of Nix's search path; repeatable"), variadic: true },
  keepGoing: toggle("Go on with other builds when one fails"),
  keepFailed: toggle("Keep the directory of a build that failed"),
  fallback: toggle("Build what a cache cannot deliver"),
  offline: toggle("Fetch nothing"),
  refresh: toggle("Look anew at what was fetched before"),
  acceptFlakeConfig: toggle("Follow the nixConfig of the flake"),
  noRegistries: toggle("Look no flake up in registries"),
  showTrace: nixFlags.showTrace,
  impure: nixFlags.impure,
  option: nixFlags.option,
  overrideInput: nixFlags.overrideInput,
};

/** What scripts give nixos-rebuild, and what is so here in any case. */
export interface IdleFlags {
  readonly debug: boolean;
  readonly fast: boolean;
  readonly noBuildNix: boolean;
  readonly noBuildOutput: boolean;
  readonly noLink: boolean;
  readonly noNet: boolean;
  readonly noReexec: boolean;
  readonly noSshTty: boolean;
  readonly noUpdateLockFile: boolean;
  readonly noWriteLockFile: boolean;
  readonly printBuildLogs: boolean;
  readonly quiet: boolean;
  readonly verbose: number | undefined;
}

export const idleFlags: FlagParametersForType<IdleFlags, Context> = {
  verbose: { kind: "counter", optional: true, brief: "Show every line that nix, ssh and the machine print" },
  printBuildLogs: toggle("Show what builds print"),
  quiet: silent("Without effect: only what matters is printed"),
  debug: silent("As --verbose"),
  noNet: silent("As --offline"),
  noUpdateLockFile: silent("Without effect: flake.lock is never written"),
  noWriteLockFile: silent("Without effect: flake.lock is never written"),
  fast: silent("Without effect: nothing is built first"),
  noReexec: silent("Without effect: no other version is started"),
  noBuildNix: silent("Without effect: the Nix that is installed is used"),
  noBuildOutput: silent("Without effect: builds print nothing unless asked"),
  noLink: silent("Without effect"),
  noSshTty: silent("Without effect: ssh never has a terminal"),
};
