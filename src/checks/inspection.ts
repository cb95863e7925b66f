// What a host says of itself, asked once in one script (checks/inspect.sh), right at the login.
import { z } from "zod";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { GenerationNumber } from "../domain/generation-number.ts";
import { StorePath } from "../domain/store-path.ts";
import { type HostRecords, hostRecords, printable } from "./host-records.ts";
import { nixPlatform } from "./nix-platform.ts";

export interface Inspection {
  readonly isNixos: boolean;
  /** uname -m and -s as a Nix platform, e.g. aarch64-linux. */
  readonly system: string;
  readonly hostname: string;
  /** Empty where the host has none. */
  readonly machineId: string;
  readonly bootId: string;
  readonly kernel: string;
  /** What runs, what booted, what the profile points at; null where there is none. */
  readonly currentSystem: StorePath | null;
  readonly bootedSystem: StorePath | null;
  readonly profileSystem: StorePath | null;
  readonly profileGeneration: GenerationNumber | null;
  readonly currentVersion: string | null;
  /** systemctl is-system-running: running, degraded, starting, …; unknown where there is no systemd. */
  readonly state: string;
  readonly failedUnits: readonly string[];
  readonly freeBytes: { readonly nix: number | null; readonly boot: number | null };
  /** How the login user becomes root: [] is root already; null: it cannot without a password. */
  readonly elevation: readonly string[] | null;
  /** Another run's hold on the host, if any. Seen only by root, so null also where elevation is. */
  readonly lock: { readonly run: string; readonly operator: string; readonly since: string } | null;
  /** The newest run whose guard left a record here; how `status` learns the end of what nobody saw. */
  readonly lastRun: {
    readonly run: string;
    readonly state: string;
    readonly outcome: string | null;
    readonly system: string | null;
  } | null;
  readonly needsReboot: boolean;
  /** Whether keys lie there that flotilla sent. Seen only by root. */
  readonly hasKeys: boolean;
}

const text = z.string().transform(printable);
const orNull = z
  .string()
  .transform((value) => (value === "" ? null : printable(value)))
  .default(null);
const storePath = z
  .string()
  .transform((value) => StorePath.safeParse(value).data ?? null)
  .default(null);
const flag = z.enum(["yes"]).optional();

/** What only root sees: guard-records.sh. */
const RootRecords = z.object({
  lock_run: orNull,
  lock_operator: orNull,
  lock_since: orNull,
  run: orNull,
  run_state: orNull,
  run_outcome: orNull,
  run_system: orNull,
  keys: flag,
});

/** The records that stand once in the output; what a host leaves out, or has nothing to say to, is null. */
const Records = RootRecords.extend({
  nixos: flag,
  kernel_name: text,
  machine: text,
  kernel: text,
  hostname: text,
  machine_id: text,
  boot_id: text,
  current_system: storePath,
  booted_system: storePath,
  profile_system: storePath,
  profile_link: z
    .string()
    .transform((link) => GenerationNumber.safeParse(Number(/-(\d+)-link$/u.exec(link)?.[1])).data ?? null)
    .default(null),
  version: orNull,
  needs_reboot: flag,
  state: text,
  failed_units: z.string().default(""),
  elevated: flag,
  space: z.string().default(""),
});

/**
 * Reads what inspect.sh printed.
 *
 * @throws FlotillaError E_CONNECTION_LOST where it broke off, E_COMMAND where it is no inspection at all
 */
export function parseInspection(output: string): Inspection {
  const records = hostRecords(output, "flotilla-inspection-1");
  const parsed = Records.safeParse(Object.fromEntries(records));
  if (!parsed.success) {
    throw new FlotillaError("E_COMMAND", "the host's answer to the questions asked at the login is not understood", {
      step: "connect",
      cause: parsed.error,
      log: parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    });
  }
  const valuesOf = (key: string): string[] => records.filter(([name]) => name === key).map(([, value]) => value);
  return inspectionOf(parsed.data, valuesOf("space_of"), valuesOf("elevation"));
}

function inspectionOf(
  records: z.output<typeof Records>,
  spaceOf: readonly string[],
  elevation: readonly string[],
): Inspection {
  const free = freeBytes(records.space, spaceOf);
  return {
    isNixos: records.nixos === "yes",
    system: nixPlatform(records.machine, records.kernel_name),
    hostname: records.hostname,
    machineId: records.machine_id,
    bootId: records.boot_id,
    kernel: records.kernel,
    currentSystem: records.current_system,
    bootedSystem: records.booted_system,
    profileSystem: records.profile_system,
    profileGeneration: records.profile_link,
    currentVersion: records.version,
    state: records.state === "" ? "unknown" : records.state,
    failedUnits: unitNames(records.failed_units),
    freeBytes: { nix: free.get("/nix/store") ?? null, boot: free.get("/boot") ?? null },
    elevation: records.elevated === "yes" ? elevation : null,
    needsReboot: records.needs_reboot === "yes",
    ...rootFindings(records),
  };
}

function rootFindings(records: z.output<typeof RootRecords>): Pick<Inspection, "lock" | "lastRun" | "hasKeys"> {
  return {
    lock:
      records.lock_run === null
        ? null
        : { run: records.lock_run, operator: records.lock_operator ?? "?", since: records.lock_since ?? "?" },
    lastRun:
      records.run === null
        ? null
        : {
            run: records.run,
            state: records.run_state ?? "starting",
            outcome: records.run_outcome,
            system: records.run_system?.replaceAll("'", "") ?? null,
          },
    hasKeys: records.keys === "yes",
  };
}

/** With what root saw afterwards, and the words that made us root. */
export function completeInspection(
  inspection: Inspection,
  elevation: readonly string[],
  records: HostRecords,
): Inspection {
  return { ...inspection, elevation, ...rootFindings(RootRecords.parse(Object.fromEntries(records))) };
}

/** The first word of each line of `systemctl list-units`; names of units have no blanks in them. */
function unitNames(list: string): readonly string[] {
  return list
    .split("\n")
    .map((line) => line.trim().split(/\s+/u)[0] ?? "")
    .filter((name) => /\.[a-z]+$/u.test(name))
    .map(printable);
}

/**
 * The available bytes of each asked path, from `df -Pk`: a heading, then one line a path in the order asked. The name of
 * a file system may have blanks, so the numbers are found from where they end: at the percentage and the mount point.
 */
function freeBytes(table: string, paths: readonly string[]): ReadonlyMap<string, number> {
  const lines = table.split("\n").filter((line) => line.trim() !== "");
  const available = lines.slice(1).map((line) => /\s(\d+)\s+(?:\d+%|-)\s+\/.*$/u.exec(line)?.[1]);
  if (available.length !== paths.length) return new Map(); // it could not say one of them: which, is not known
  return new Map(
    paths.flatMap((path, index) => {
      const kibibytes = available[index];
      return kibibytes === undefined ? [] : [[path, Number(kibibytes) * 1024] as const];
    }),
  );
}
