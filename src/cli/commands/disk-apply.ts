import {
  type DiskFlags,
  diskFlags,
  type DiskPictureFlags,
  diskPictureFlags,
  type DiskWipeFlags,
  diskWipeFlags,
} from "../flags/disk-flags.ts";
import { toggle } from "../flags/deploy-flags.ts";
import { type DiskModeFlag, diskModeFlag } from "../flags/disk-mode-flag.ts";
import { diskCommand } from "./disk.ts";

type ApplyFlags = DiskFlags & DiskPictureFlags & DiskWipeFlags & DiskModeFlag & { readonly dryRun: boolean };

export const diskApply = diskCommand<ApplyFlags>({
  brief: "Make the disks of a machine as its configuration declares them",
  fullDescription: [
    "Make the disks of a machine as its configuration declares them. The picture is shown first. Without disks to",
    "wipe only what is missing is made, in free space. A disk is wiped only where it is named: by --wipe, or by",
    "typing its name when asked. A connection that breaks does not stop the work: the same command takes it up",
    "again.",
  ].join("\n"),
  examples: [
    { input: "web-1", brief: "what is missing, such as a new partition, subvolume or volume" },
    {
      input: "--local laptop --wipe main=/dev/disk/by-id/nvme-S1",
      brief: "in an installer: wipes that disk, makes all and mounts it on /mnt",
    },
    {
      input: "web-1 --mode destroy,format,mount --target root@192.0.2.7",
      brief: "as disko has it; asks for the names of the disks",
    },
  ],
  flags: { ...diskFlags, ...diskWipeFlags, ...diskModeFlag, ...diskPictureFlags, dryRun: toggle("Only show the plan") },
  task: ({ dryRun, mode }) => ({ kind: dryRun ? "plan" : "apply", changes: mode ?? null }),
});
