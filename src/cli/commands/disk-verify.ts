import { type DiskFlags, diskFlags } from "../flags/disk-flags.ts";
import { diskCommand } from "./disk.ts";

export const diskVerify = diskCommand<DiskFlags>({
  brief: "Compare the disks of a machine with its configuration",
  fullDescription: [
    "Compare the disks of a machine with what its configuration declares, and say what differs. Nothing is",
    "touched. Exits with 1 where something does.",
  ].join("\n"),
  examples: [
    { input: "web-1", brief: "of a machine of the fleet" },
    { input: "web-1 --json", brief: "the same, for a program" },
  ],
  flags: { ...diskFlags },
  task: () => ({ kind: "verify" }),
});
