// The lines of read-disks.sh, taken apart: one record a device, and what is said of the machine as a whole.
import { FlotillaError } from "../domain/flotilla-error.ts";

/** What the script said of one device; a key that it said several times is `all`'s. */
export interface DeviceRecord {
  /** As /sys/class/block calls it. */
  readonly name: string;
  readonly get: (key: string) => string | null;
  readonly all: (key: string) => readonly string[];
  /** What blkid, else udev, knows: ID_FS_TYPE, ID_PART_ENTRY_NAME, ID_SERIAL_SHORT … */
  readonly known: (property: string) => string | null;
}

export interface DiskRecords {
  readonly devices: readonly DeviceRecord[];
  /** The machine's own lines, after those of the devices. */
  readonly machine: Lines;
  readonly probed: boolean;
}

/** Values by key, in the order in which they were said. */
export type Lines = ReadonlyMap<string, readonly string[]>;

/**
 * @param output what the script printed, with whatever else stands before and after it
 * @throws FlotillaError E_COMMAND where its beginning is missing, E_CONNECTION_LOST where its end is
 */
export function diskRecords(output: string): DiskRecords {
  const lines = output.split("\n");
  const begin = lines.lastIndexOf("begin=disks");
  if (begin === -1) {
    throw new FlotillaError("E_COMMAND", "the machine did not say which disks it has", {
      log: lines.slice(-20),
    });
  }
  const end = lines.indexOf("end=disks", begin);
  if (end === -1) {
    throw new FlotillaError("E_CONNECTION_LOST", "the machine's answer about its disks broke off in the middle");
  }
  const head = new Map<string, string[]>();
  const sections = new Map<string, Map<string, string[]>>();
  let current = head;
  for (const line of lines.slice(begin + 1, end)) {
    const equals = line.indexOf("=");
    const [key, value] = [line.slice(0, Math.max(equals, 0)), line.slice(equals + 1)];
    if (key === "device") {
      current = new Map();
      sections.set(value, current);
    } else {
      current.set(key, [...(current.get(key) ?? []), value]);
    }
  }
  const machine = sections.get("") ?? new Map<string, string[]>();
  sections.delete("");
  return {
    devices: [...sections].map(([name, values]) => deviceRecord(name, values)),
    machine,
    probed: head.get("root")?.[0] === "yes" && head.get("program")?.[0] === "util-linux",
  };
}

function deviceRecord(name: string, lines: Lines): DeviceRecord {
  const all = (key: string): readonly string[] => lines.get(key) ?? [];
  const remembered = properties(all("udev"));
  const probed = properties(all("blkid"));
  // A probe that found nothing is newer than what udev remembers to have been there.
  const whatLiesThere = lines.has("probed") ? probed : remembered;
  const busybox = properties(busyboxProperties(lines.get("busybox")?.[0] ?? ""));
  return {
    name,
    all,
    get: (key) => all(key)[0] ?? null,
    known: (property) =>
      (/^ID_(?:FS|PART)_/.test(property) ? whatLiesThere : remembered).get(property) ?? busybox.get(property) ?? null,
  };
}

function properties(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const));
}

/** busybox says `/dev/vda1: LABEL="data" UUID="…" TYPE="ext4"`, and nothing of partitions. */
function busyboxProperties(line: string): readonly string[] {
  return [...line.matchAll(/ (LABEL|UUID|TYPE)="([^"]*)"/gu)].map(
    ([, key = "", value = ""]) => `ID_FS_${key === "LABEL" ? "LABEL_ENC" : key}=${value}`,
  );
}
