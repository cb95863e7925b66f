// Where parted will put the partitions of disko's old `table`, to the MiB that it aligns to: for pictures, and to see whether they fit.
import type { Table } from "../layout.ts";
import { bytesInWords } from "../bytes-in-words.ts";
import type { DiskSize, PlacedPartition, Placement } from "./place-gpt.ts";

const mebibyte = 1024 ** 2;

/** @example placeTable(table, { size: 20 * 1024 ** 3, sectorSize: 512 }).partitions[0]?.start // 2048 */
export function placeTable(table: Table, disk: DiskSize): Placement {
  const perMebibyte = mebibyte / disk.sectorSize;
  const partitions: PlacedPartition[] = [];
  for (const [index, partition] of table.partitions.entries()) {
    const name = partition.name ?? String(index + 1);
    const from = bytesOf(partition.start, disk.size);
    const to = bytesOf(partition.end, disk.size);
    if (from === null || to === null) return { partitions, misfit: `where ${name} begins or ends is not understood` };
    const start = Math.max(1, Math.round(from / mebibyte)) * perMebibyte;
    const end = lastSector(to, disk);
    // An extended partition lies around the logical ones.
    const before = partitions.filter((one) => table.partitions[one.number - 1]?.["part-type"] !== "extended");
    if (end < start || before.some((one) => start <= one.end && end >= one.start)) {
      const place = `from ${partition.start} to ${partition.end}`;
      return { partitions, misfit: `the partition ${name} (${place}) does not fit on ${bytesInWords(disk.size)}` };
    }
    partitions.push({ number: index + 1, name, start, end });
  }
  return { partitions, misfit: null };
}

/** At most where the table at the end of the disk begins. */
function lastSector(bytes: number, { sectorSize, size }: DiskSize): number {
  const aligned = Math.round(bytes / mebibyte) * (mebibyte / sectorSize) - 1;
  const last = Math.floor((size - mebibyte) / mebibyte) * (mebibyte / sectorSize) + (mebibyte / sectorSize - 1);
  const usable = Math.floor(size / sectorSize) - 34;
  return Math.min(aligned, last, usable);
}

/** parted's units: percent of the disk, powers of 1000, powers of 1024 with an i, s for sectors of 512; without one, megabytes. */
function bytesOf(place: string, size: number): number | null {
  const parts = /^(?<sign>-?)(?<amount>\d+(?:\.\d+)?)(?<unit>%|s|[kKMGTP]?i?B?)$/u.exec(place)?.groups;
  if (parts === undefined) return null;
  const bytes = Number(parts["amount"]) * unitBytes(parts["unit"] ?? "", size);
  return parts["sign"] === "-" ? size - bytes : bytes;
}

function unitBytes(unit: string, size: number): number {
  if (unit === "%") return size / 100;
  if (unit === "s") return 512;
  if (unit === "") return 1000 ** 2;
  if (unit === "B") return 1;
  const power = "KMGTP".indexOf(unit.slice(0, 1).toUpperCase()) + 1;
  return (unit.includes("i") ? 1024 : 1000) ** power;
}
