// Steps that change a partition table that is in use, and what grows with a partition. What is there keeps its place, number, UUID and label.
import { device, line, plainWord } from "../create/words.ts";
import type { DiskStep } from "../disk-plan.ts";
import type { GptPartition } from "../layout.ts";
import type { BlockDevice, PartitionEntry } from "../machine-disks.ts";

/** One more partition, in free space, at sectors that were looked up beforehand: sgdisk fails where they are taken. */
export function addPartition(
  layoutPath: string,
  disk: BlockDevice,
  partition: GptPartition,
  { end, number, start }: { readonly number: number; readonly start: number; readonly end: number },
): DiskStep {
  const on = device(layoutPath);
  const { attributes, label, type, uuid } = partition;
  return {
    kind: "change",
    title: `add partition ${number}, ${partition.name}, to ${on}`,
    device: on,
    commands: [
      line("still", on, disk.path, String(disk.size)),
      line(
        "partition",
        String(number),
        label,
        uuid ?? "",
        "on",
        on,
        "with",
        "sgdisk",
        "--set-alignment=1",
        `--new=${number}:${start}:${end}`,
        `--partition-guid=${number}:${uuid === null ? "R" : plainWord(uuid)}`,
        `--change-name=${number}:${label}`,
        `--typecode=${number}:${plainWord(type)}`,
        ...[...new Set(attributes)].map((bit) => `--attributes=${number}:set:${bit}`),
        on,
      ),
      line("partition_appears", on, String(number), device(partition.device)),
    ],
  };
}

/** The end of a partition, to a later sector. */
export function growPartition(
  layoutPath: string,
  disk: BlockDevice,
  partition: GptPartition,
  entry: PartitionEntry,
  end: number,
): DiskStep {
  const on = device(layoutPath);
  return {
    kind: "change",
    title: `grow partition ${entry.number}, ${partition.name}, of ${on}`,
    device: device(partition.device),
    commands: [
      line("still", on, disk.path, String(disk.size)),
      line("grow_partition", on, String(entry.number), String(entry.start), String(end - entry.start + 1)),
    ],
  };
}

/** What lies on something that grew. */
export const growStep = (title: string, on: string, ...command: readonly string[]): DiskStep => ({
  kind: "change",
  title,
  device: on,
  commands: [line(...command)],
});
