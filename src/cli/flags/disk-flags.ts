// The flags of `flotilla disk`: which machine, which of its disks may be lost, and how it is all shown.
import type { FlagParametersForType } from "@stricli/core";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { Context } from "../context.ts";
import { toggle } from "./deploy-flags.ts";
import { flakeFlag, nixFlags, type NixFlags, type SelectionFlags } from "./fleet-flags.ts";
import { installStepFlags, type InstallStepFlags, machineLoginFlags, type MachineLoginFlags } from "./install-flags.ts";
import { loginFlags, type LoginFlags } from "./login-flags.ts";

/** Which machine. */
export interface DiskMachineFlags
  extends Pick<SelectionFlags, "flake" | "from">, Pick<MachineLoginFlags, "target">, Pick<InstallStepFlags, "disk"> {
  readonly local: boolean;
  readonly mountPoint: string | undefined;
}

/** What may be lost. */
export interface DiskWipeFlags extends Pick<InstallStepFlags, "wipe" | "yesWipe"> {}

/** How a plan is shown. */
export interface DiskPictureFlags {
  readonly html: string | undefined;
  readonly commands: boolean;
}

/** Of every one of the commands. */
export interface DiskFlags extends DiskMachineFlags, LoginFlags, NixFlags {
  readonly json: boolean;
}

export type AnyDiskFlags = DiskFlags & Partial<DiskPictureFlags & DiskWipeFlags>;

const diskMachineFlags: FlagParametersForType<DiskMachineFlags, Context> = {
  ...flakeFlag,
  target: machineLoginFlags.target,
  local: toggle("The machine you are on, without ssh; for root, as in an installer"),
  disk: installStepFlags.disk,
  mountPoint: {
    kind: "parsed",
    parse: mountPointOf,
    optional: true,
    placeholder: "DIRECTORY",
    brief: "Where their root is mounted (default: /mnt; / on a machine that runs from them)",
  },
};

export const diskFlags: FlagParametersForType<DiskFlags, Context> = {
  ...diskMachineFlags,
  ...loginFlags,
  ...nixFlags,
  json: toggle("Print JSON instead of words and pictures"),
};

export const diskPictureFlags: FlagParametersForType<DiskPictureFlags, Context> = {
  html: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "FILE",
    brief: "Also write the picture as a page of HTML that needs nothing else",
  },
  commands: toggle("Show the commands of every step"),
};

export const diskWipeFlags: FlagParametersForType<DiskWipeFlags, Context> = {
  wipe: installStepFlags.wipe,
  yesWipe: installStepFlags.yesWipe,
};

/** It is prepended to paths of the configuration, and must be no word that a shell or a mount could read otherwise. */
function mountPointOf(word: string): string {
  if (/^\/[^\0\n]*$/u.test(word) && !word.split("/").includes("..")) return word;
  throw new FlotillaError("E_USAGE", `--mount-point ${JSON.stringify(word)}: expected an absolute path`);
}
