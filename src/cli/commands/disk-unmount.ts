import { type DiskFlags, diskFlags, type DiskPictureFlags, diskPictureFlags } from "../flags/disk-flags.ts";
import { diskCommand } from "./disk.ts";

export const diskUnmount = diskCommand<DiskFlags & DiskPictureFlags>({
  brief: "Unmount and close what `disk mount` has opened",
  fullDescription: [
    "Unmount the file systems of a machine below --mount-point and close what they lie on, as its configuration",
    "declares it. What is in use elsewhere stays.",
  ].join("\n"),
  examples: [
    { input: "--local laptop", brief: "before the machine is restarted" },
    { input: "web-1 --target root@192.0.2.7", brief: "of another machine" },
  ],
  flags: { ...diskFlags, ...diskPictureFlags },
  task: () => ({ kind: "unmount" }),
});
