import { type DiskFlags, diskFlags, type DiskPictureFlags, diskPictureFlags } from "../flags/disk-flags.ts";
import { diskCommand } from "./disk.ts";

export const diskMount = diskCommand<DiskFlags & DiskPictureFlags>({
  brief: "Open and mount what is on the disks of a machine",
  fullDescription: [
    "Open and mount what is on the disks of a machine, as its configuration declares it: encrypted disks, arrays,",
    "volume groups, pools, file systems and swap, below --mount-point. Nothing is made or changed. For rescues.",
  ].join("\n"),
  examples: [
    { input: "--local laptop", brief: "in an installer: everything below /mnt" },
    { input: "web-1 --target root@192.0.2.7 --mount-point /target", brief: "of another machine, elsewhere" },
  ],
  flags: { ...diskFlags, ...diskPictureFlags },
  task: () => ({ kind: "mount" }),
});
