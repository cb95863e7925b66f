// A GPT with its partitions: in one call of sgdisk where that makes the same table as a call for each, as disko has it (lib/types/gpt.nix).
import type { DiskStep } from "../disk-plan.ts";
import { numberedPartitions, type NumberedPartition } from "../device-order.ts";
import type { Gpt } from "../layout.ts";
import { device, line, plainWord } from "./words.ts";

/** The table, its partitions and its hybrid MBR; not what lies on the partitions. */
export function createGpt(gpt: Gpt): DiskStep {
  const disk = device(gpt.device);
  const partitions = numberedPartitions(gpt);
  return {
    kind: "create",
    title: `partition ${disk}`,
    device: disk,
    commands: [
      makeTable(disk, partitions),
      ...partitions.map((one) => makePartition(disk, one)),
      line("partitions_appear", disk, ...partitions.map(({ partition }) => device(partition.device))),
      ...makeHybrid(disk, gpt, partitions),
    ],
  };
}

/**
 * Without an alignment of its own, a partition is aligned as sgdisk finds those before it to be when it starts. Where each begins at the next free place,
 * that is what it began with: the same in one call and in several.
 */
function makeTable(disk: string, partitions: readonly NumberedPartition[]): string {
  if (partitions.some(({ partition }) => partition.alignment !== 0 || partition.start !== "0")) {
    return line("create", "gpt", "on", disk, "with", "sgdisk", "--clear", disk);
  }
  const all = partitions.flatMap(partitionArguments);
  return line("partition_all", disk, "with", "sgdisk", "--clear", "--align-end", ...all, disk);
}

const makePartition = (disk: string, one: NumberedPartition): string =>
  line(
    ["partition", String(one.number), one.partition.label, one.partition.uuid ?? "", "on", disk, "with"],
    ["sgdisk", "--align-end", ...alignment(one), ...partitionArguments(one), disk],
  );

const alignment = ({ partition }: NumberedPartition): readonly string[] =>
  partition.alignment === 0 ? [] : [`--set-alignment=${partition.alignment}`];

function partitionArguments({ number, partition }: NumberedPartition): readonly string[] {
  return [
    `--new=${number}:${plainWord(partition.start)}:${plainWord(partition.end)}`,
    `--partition-guid=${number}:${partition.uuid === null ? "R" : plainWord(partition.uuid)}`,
    `--change-name=${number}:${partition.label}`,
    `--typecode=${number}:${plainWord(partition.type)}`,
    ...[...new Set(partition.attributes)].map((bit) => `--attributes=${number}:set:${bit}`),
  ];
}

/** Entries of the MBR for some of the partitions; the entry that covers the GPT comes before or after them. */
function makeHybrid(disk: string, gpt: Gpt, partitions: readonly NumberedPartition[]): readonly string[] {
  const entries = partitions.flatMap(({ number, partition }) =>
    partition.hybrid === null ? [] : [{ number, hybrid: partition.hybrid }],
  );
  if (entries.length === 0) return [];
  const numbers = [...entries.map(({ number }) => String(number)), ...(gpt.efiGptPartitionFirst ? [] : ["EE"])];
  const firstEntry = gpt.efiGptPartitionFirst ? 2 : 1;
  const active = entries.flatMap(({ hybrid }, index) => (hybrid.mbrBootableFlag ? [String(firstEntry + index)] : []));
  return [
    line("hybrid_mbr", numbers.join(":"), "on", disk),
    ...entries.flatMap(({ hybrid }, index) => {
      const entry = String(firstEntry + index);
      const type = hybrid.mbrPartitionType;
      return type === null ? [] : [line("mbr_type", entry, plainWord(type), "on", disk)];
    }),
    ...(active.length === 0 ? [] : [line("mbr_active", disk, ...active)]),
    line("settle", disk),
  ];
}
