// The flags of `flotilla install`: nixos-anywhere's by its names, with what it has no word for.
import type { FlagParametersForType } from "@stricli/core";
import type { DevicePath } from "../../disk/machine-disks.ts";
import type { InstallPhase } from "../../install/install-options.ts";
import type { Context } from "../context.ts";
import { validated } from "../validated.ts";
import { toggle } from "./deploy-flags.ts";

/** A word as it is. */
const word = (placeholder: string, brief: string) =>
  ({ kind: "parsed", parse: String, optional: true, placeholder, brief }) as const;

const several = (placeholder: string, brief: string) => ({ ...word(placeholder, brief), variadic: true }) as const;

/** Understood, and shown on no page: what is old, or goes without saying. */
const silent = (brief: string) => ({ ...toggle(brief), hidden: true }) as const;

const pair = (flag: string, placeholder: string, brief: string) =>
  ({
    kind: "parsed",
    parse: validated(flag, (parsers) => parsers.pair),
    optional: true,
    placeholder,
    brief,
  }) as const;

const pairs = (flag: string, placeholder: string, brief: string) =>
  ({ ...pair(flag, placeholder, brief), variadic: true }) as const;

const named = (flag: string, brief: string) =>
  ({
    kind: "parsed",
    parse: validated(flag, (parsers) => parsers.namedDevice),
    optional: true,
    variadic: true,
    placeholder: "NAME=DEVICE",
    brief,
  }) as const;

const port = (flag: string, brief: string) =>
  ({
    kind: "parsed",
    parse: validated(flag, (parsers) => parsers.port),
    optional: true,
    placeholder: "PORT",
    brief,
  }) as const;

const seconds = (flag: string, brief: string) =>
  ({
    kind: "parsed",
    parse: validated(flag, (parsers) => parsers.seconds),
    optional: true,
    placeholder: "SECONDS",
    brief,
  }) as const;

type Pair = readonly [string, string];

/** Which machine, and how it is logged in to before it is what is installed. */
export interface MachineLoginFlags {
  readonly target: string | undefined;
  readonly sshPort: number | undefined;
  readonly identity: string | undefined;
  readonly sshOption: readonly string[] | undefined;
  readonly envPassword: boolean;
  readonly tty: boolean;
}

export const machineLoginFlags: FlagParametersForType<MachineLoginFlags, Context> = {
  target: {
    kind: "parsed",
    parse: validated("--target", (parsers) => parsers.targetAddress),
    optional: true,
    placeholder: "ADDRESS",
    brief: "Where the machine is now, as [user@]address[:port] (default: where its settings say)",
  },
  sshPort: port("--ssh-port", "Port of its sshd, where the address has none"),
  identity: word("FILE", "Private key to log in with (or its text in SSH_PRIVATE_KEY)"),
  sshOption: several("OPTION", "Option of ssh as after its -o; repeatable"),
  envPassword: toggle("Log in with the password in the variable SSHPASS"),
  tty: silent("Without effect: ssh never has a terminal"),
};

/** What is done, and what may be lost by it. */
export interface InstallStepFlags {
  readonly dryRun: boolean;
  readonly vmTest: boolean;
  readonly phases: readonly InstallPhase[] | undefined;
  readonly stopAfterDisko: boolean;
  readonly noReboot: boolean;
  readonly reinstall: boolean;
  readonly wipe: readonly (readonly [string, DevicePath])[] | undefined;
  readonly yesWipe: boolean;
  readonly disk: readonly (readonly [string, DevicePath])[] | undefined;
  readonly diskEngine: "disko" | "flotilla" | undefined;
  readonly diskoMode: "disko" | "format" | "mount" | undefined;
  readonly noDiskoDeps: boolean;
}

export const installStepFlags: FlagParametersForType<InstallStepFlags, Context> = {
  dryRun: toggle("Evaluate, log in and show what would happen to the disks, and touch nothing"),
  vmTest: toggle("Build the host's installTest, which installs it in virtual machines, and nothing else"),
  phases: {
    kind: "parsed",
    parse: validated("--phases", (parsers) => parsers.installPhases),
    optional: true,
    placeholder: "PHASE,...",
    brief: "Of kexec,disko,install,reboot those that are done (default: all)",
  },
  stopAfterDisko: toggle("--phases kexec,disko"),
  noReboot: toggle("--phases kexec,disko,install"),
  reinstall: toggle("Install also on a machine that runs this very host already"),
  wipe: named("--wipe", "Disk of the layout that may be wiped, and the device that is meant; repeatable"),
  yesWipe: toggle("All disks of the layout may be wiped; for scripts"),
  disk: named("--disk", "Another device for a disk of the layout; repeatable"),
  diskEngine: {
    kind: "enum",
    values: ["disko", "flotilla"],
    optional: true,
    brief: "Whose program makes the disks (default: disko's, where the configuration has it)",
  },
  diskoMode: {
    kind: "enum",
    values: ["disko", "format", "mount"],
    optional: true,
    brief: "disko: wipe, make, mount; format: make what is not there; mount: neither (default: disko)",
  },
  noDiskoDeps: toggle("Send disko's script without its programs, and use the installer's"),
};

/** Into the installer, and from there into the installed system. */
export interface InstallerFlags {
  readonly kexec: string | undefined;
  readonly kexecSha256: string | undefined;
  readonly kexecExtraFlags: string | undefined;
  readonly kexecNetwork: "auto" | "stock" | "flotilla" | undefined;
  readonly kexecTimeout: number | undefined;
  readonly forceKexec: boolean;
  readonly postKexecSshPort: number | undefined;
  readonly bootTimeout: number | undefined;
}

export const installerFlags: FlagParametersForType<InstallerFlags, Context> = {
  kexec: word("FILE|URL", "Image of the installer (default: that of nixos-images for the machine)"),
  kexecSha256: word("SHA256", "What the image must be"),
  kexecExtraFlags: word("WORDS", "Words for kexec itself, as one word"),
  kexecNetwork: {
    kind: "enum",
    values: ["auto", "stock", "flotilla"],
    optional: true,
    brief: "Who carries the machine's network into the installer (default: auto)",
  },
  kexecTimeout: seconds("--kexec-timeout", "Time to answer as an installer (default: 600)"),
  forceKexec: toggle("Also where an installer runs already"),
  postKexecSshPort: port("--post-kexec-ssh-port", "Port of the installer's sshd (default: 22)"),
  bootTimeout: seconds("--boot-timeout", "Time for the installed system to answer (default: 900)"),
};

/** What goes onto the disks beside the system. */
export interface ExtraFlags {
  readonly extraFiles: string | undefined;
  readonly chown: readonly Pair[] | undefined;
  readonly copyHostKeys: boolean;
  readonly hostKey: string | undefined;
  readonly noKnownHosts: boolean;
  readonly diskEncryptionKeys: readonly Pair[] | undefined;
  readonly generateHardwareConfig: Pair | undefined;
}

export const extraFlags: FlagParametersForType<ExtraFlags, Context> = {
  extraFiles: word("DIRECTORY", "Copied to the root of the installed system, owned by root"),
  chown: pairs("--chown", "PATH OWNER", "Then give a path of the installed system to somebody; repeatable"),
  copyHostKeys: toggle("The installed system gets the ssh host keys that the machine has now"),
  hostKey: word("FILE", "Private key that the installed system gets as its ssh host key"),
  noKnownHosts: toggle("Leave ~/.ssh/known_hosts as it is"),
  diskEncryptionKeys: pairs(
    "--disk-encryption-keys",
    "REMOTE LOCAL",
    "File of the installer that disks are encrypted with, and the file here that it is; repeatable",
  ),
  generateHardwareConfig: pair(
    "--generate-hardware-config",
    "PROGRAM PATH",
    "nixos-generate-config or nixos-facter, and the file here that is written and evaluated",
  ),
};

/** What is installed, and how it gets there. */
export interface InstallBuildFlags {
  readonly storePaths: Pair | undefined;
  readonly buildOn: "auto" | "local" | "remote" | undefined;
  readonly buildOnRemote: boolean;
  readonly from: string | undefined;
  readonly sshStoreSetting: readonly Pair[] | undefined;
  readonly noSubstituteOnDestination: boolean;
  readonly noUseMachineSubstituters: boolean;
  readonly printBuildLogs: boolean;
  readonly debug: boolean;
}

export const installBuildFlags: FlagParametersForType<InstallBuildFlags, Context> = {
  storePaths: pair("--store-paths", "DISKO SYSTEM", "Install these, which are built; nothing is evaluated"),
  buildOn: {
    kind: "enum",
    values: ["auto", "local", "remote"],
    optional: true,
    brief: "Build here, or in the installer; auto: there what cannot be built here (default: auto)",
  },
  buildOnRemote: silent("--build-on remote"),
  from: word("STORE|OUTPUT", "Store to copy from; or which output is the fleet, as for deploy"),
  sshStoreSetting: pairs(
    "--ssh-store-setting",
    "NAME VALUE",
    "Setting of the machine's store, as in its URI; repeatable",
  ),
  noSubstituteOnDestination: toggle("Send everything; the machine fetches nothing from caches"),
  noUseMachineSubstituters: toggle("The installer uses its own caches, not those of the configuration"),
  printBuildLogs: toggle("Show what builds print"),
  debug: silent("--verbose"),
};

export type InstallFlags = MachineLoginFlags & InstallStepFlags & InstallerFlags & ExtraFlags & InstallBuildFlags;

export const installFlags: FlagParametersForType<InstallFlags, Context> = {
  ...machineLoginFlags,
  ...installStepFlags,
  ...installerFlags,
  ...extraFlags,
  ...installBuildFlags,
};
