import {
  type DiskFlags,
  diskFlags,
  type DiskPictureFlags,
  diskPictureFlags,
  type DiskWipeFlags,
  diskWipeFlags,
} from "../flags/disk-flags.ts";
import { type DiskModeFlag, diskModeFlag } from "../flags/disk-mode-flag.ts";
import { diskCommand } from "./disk.ts";

export const diskPlan = diskCommand<DiskFlags & DiskPictureFlags & DiskWipeFlags & DiskModeFlag>({
  brief: "Show what would happen to the disks of a machine, and touch nothing",
  fullDescription: [
    "Show the disks of a machine as they are and as its configuration wants them, to scale: what is lost, what",
    "stays, and the steps in between. Nothing is touched. Without disks to wipe it shows what can be made beside",
    "what is there. Exits with 3 where the disks cannot be made so.",
  ].join("\n"),
  examples: [
    { input: "web-1", brief: "what is missing on a machine of the fleet, and could be made" },
    {
      input: "web-1 --target root@192.0.2.7 --wipe main=/dev/disk/by-id/nvme-S1",
      brief: "what wiping that disk would mean",
    },
    { input: "web-1 --yes-wipe --html disks.html", brief: "the same for all disks of the layout, as a page to keep" },
  ],
  flags: { ...diskFlags, ...diskWipeFlags, ...diskModeFlag, ...diskPictureFlags },
  task: ({ mode }) => ({ kind: "plan", changes: mode ?? null }),
});
