// Whether the disks that were agreed to be wiped are, in the installer, the same ones with the same things on them.
import type { DiskPlan, PlannedDisk } from "../disk/disk-plan.ts";
import { describeDisk, sameDisk } from "../disk/find-disk.ts";
import type { BlockDevice } from "../disk/machine-disks.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";

/**
 * Holds a plan to the one that was agreed to.
 *
 * @throws FlotillaError E_PLAN_CHANGED naming the disk, and how it differs
 */
export function holdToAgreed(agreed: DiskPlan, now: DiskPlan, host: HostName): void {
  for (const disk of now.disks) {
    const before = agreed.disks.find(({ name }) => name === disk.name);
    const difference = before === undefined ? "it was not there" : differenceOf(before, disk);
    if (difference === null) continue;
    throw new FlotillaError(
      "E_PLAN_CHANGED",
      `${host}: disk "${disk.name}" is another than when it was shown: ${difference}`,
      {
        host,
        hint: "no disk was touched; the same command shows them as they are. Name disks by /dev/disk/by-id: names such as /dev/sda change between kernels",
      },
    );
  }
}

function differenceOf(before: PlannedDisk, now: PlannedDisk): string | null {
  if (!sameDisk(before.device, now.device)) {
    return `${describeDisk(before.device)} was shown, and it is ${describeDisk(now.device)} now`;
  }
  if (now.fate === "wiped" && before.fate !== "wiped") return "it would be wiped now";
  // What is wiped is what was shown; what stays is looked after by its steps.
  if (now.fate !== "wiped") return null;
  const [old, found] = [contentsOf(before.device), contentsOf(now.device)];
  const gone = old.find((content) => !found.includes(content));
  const added = found.find((content) => !old.includes(content));
  if (added !== undefined) return `it has ${added} on it, which was not shown`;
  return gone === undefined ? null : `it no longer has ${gone} on it`;
}

/** What of a disk does not depend on what runs: its partitions and what a probe finds on them. */
function contentsOf({ children, partition, signature, table }: BlockDevice): readonly string[] {
  const own = [
    ...(table === null ? [] : [`a table ${table.type} ${table.id ?? ""}`.trim()]),
    ...(partition === null ? [] : [`partition ${partition.number} from sector ${partition.start} to ${partition.end}`]),
    ...(signature === null ? [] : [`${signature.type} ${signature.uuid ?? signature.label ?? ""}`.trim()]),
  ];
  return [...own, ...children.filter(({ kind }) => kind === "partition").flatMap(contentsOf)];
}
