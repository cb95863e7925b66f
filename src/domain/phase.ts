// The steps a host passes through in a run, in order. Each has its own limit, its own line in the view and its own durations.
import { z } from "zod";

export const Phase = z.enum([
  "evaluate",
  "connect",
  "build",
  "kexec",
  "disks",
  "copy",
  "check",
  "keys",
  "install",
  "activate",
  "health",
  "confirm",
  "commit",
  "reboot",
]);
export type Phase = z.infer<typeof Phase>;
