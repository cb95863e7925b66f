// The name of a host in the fleet. It ends up in argv, paths and unit names, so it is narrow from the start.
import { z } from "zod";

/** A letter, digit or underscore first (never a dash: it must not read as a flag), then also `.` and `-`. */
export const HostName = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}$/,
    "a host name has letters, digits, '.', '_' and '-', and starts with none of '.' and '-'",
  )
  .brand<"HostName">();
export type HostName = z.infer<typeof HostName>;
