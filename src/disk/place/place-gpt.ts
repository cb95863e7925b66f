// Where sgdisk will put the partitions of a GPT on a disk of some size, when it is called as disko and create/gpt.ts call it: with --align-end, one
// partition after the other (gptfdisk, gpt.cc). So that a picture is true, and a disk too small is refused before it is touched.
import { bytesInWords } from "../bytes-in-words.ts";
import { numberedPartitions } from "../device-order.ts";
import type { Gpt } from "../layout.ts";
import { sectorValue } from "./sector-value.ts";

/** Sectors, inclusive. */
export interface PlacedPartition {
  readonly number: number;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface DiskSize {
  /** In bytes. */
  readonly size: number;
  /** Of a logical sector. */
  readonly sectorSize: number;
}

/** The partitions that fit, in the order of their numbers, and what does not. */
export interface Placement {
  readonly partitions: readonly PlacedPartition[];
  readonly misfit: string | null;
}

/** What is free in a table: between which sectors, and which parts of it are taken. */
interface Table {
  readonly first: number;
  readonly last: number;
  readonly taken: readonly { readonly start: number; readonly end: number }[];
  readonly alignment: number;
}

/**
 * Where each partition will lie.
 *
 * @param existing partitions that are on the disk and stay: those of the layout's numbers are not placed again
 * @example placeGpt(gpt, { size: 20 * 1024 ** 3, sectorSize: 512 }).partitions[0] // { number: 1, name: "ESP", start: 2048, end: 1026047 }
 */
export function placeGpt(gpt: Gpt, disk: DiskSize, existing: readonly Omit<PlacedPartition, "name">[] = []): Placement {
  const usable = usableSectors(disk);
  if (usable.last < usable.first)
    return { partitions: [], misfit: `${bytesInWords(disk.size)} have no room for a GPT` };
  const partitions: PlacedPartition[] = [];
  for (const { number, partition } of numberedPartitions(gpt)) {
    const there = existing.find((one) => one.number === number);
    if (there !== undefined) {
      partitions.push({ number, name: partition.name, start: there.start, end: there.end });
      continue;
    }
    const taken = [...existing, ...partitions];
    const alignment = partition.alignment === 0 ? usualAlignment(disk, taken) : partition.alignment;
    const placed = placeOne({ ...usable, taken, alignment }, partition.start, partition.end, disk.sectorSize);
    if (placed === null)
      return { partitions, misfit: misfitOf(gpt, partition.name, disk, { ...usable, taken, alignment }) };
    partitions.push({ number, name: partition.name, ...placed });
  }
  return { partitions, misfit: null };
}

/** Without the tables at both ends: the header, and 128 entries of 128 bytes. */
export function usableSectors({ sectorSize, size }: DiskSize): { readonly first: number; readonly last: number } {
  const table = Math.ceil((128 * 128) / sectorSize);
  const sectors = Math.floor(size / sectorSize);
  return { first: 2 + table, last: sectors - 2 - table };
}

/** sgdisk keeps to what the partitions that are there are aligned to, up to 1 MiB. */
function usualAlignment({ sectorSize, size }: DiskSize, taken: Table["taken"]): number {
  let alignment = (2048 * 512) / sectorSize;
  for (const { start } of taken) while (start % alignment !== 0) alignment /= 2;
  // Large disks have physical sectors of 4 KiB.
  return alignment < 8 && size / sectorSize >= 585_937_500 ? 8 : alignment;
}

function placeOne(
  table: Table,
  start: string,
  end: string,
  sectorSize: number,
): { readonly start: number; readonly end: number } | null {
  const largest = firstInLargest(table);
  if (largest === null) return null;
  const low = aligned(table, largest);
  const high = lastInFree(table, low, true);
  const range = { sectorSize, high, alignment: table.alignment };
  const from = sectorValue(start, { ...range, low, otherwise: low });
  const to = from === null ? null : sectorValue(end, { ...range, low: from, otherwise: high });
  if (from === null || to === null) return null;
  const first = aligned(table, from);
  const fits = isFree(table, first) && first <= to && lastInFree(table, first, false) >= to;
  return fits ? { start: first, end: to } : null;
}

const isFree = ({ first, last, taken }: Table, sector: number): boolean =>
  sector >= first && sector <= last && !taken.some(({ end, start }) => sector >= start && sector <= end);

/** The first sector of each gap, in order. */
function gaps({ first, last, taken }: Table): readonly { readonly start: number; readonly end: number }[] {
  const found: { readonly start: number; readonly end: number }[] = [];
  let next = first;
  for (const { end, start } of taken.toSorted((one, other) => one.start - other.start)) {
    if (start > next) found.push({ start: next, end: start - 1 });
    next = Math.max(next, end + 1);
  }
  return next > last ? found : [...found, { start: next, end: last }];
}

/** Of gaps of one size, the first. */
function firstInLargest(table: Table): number | null {
  const sizes = gaps(table).map((gap) => ({ ...gap, size: gap.end - gap.start + 1 }));
  const largest = Math.max(0, ...sizes.map(({ size }) => size));
  return sizes.find(({ size }) => size === largest)?.start ?? null;
}

/** The last sector up to which all is free; with an aligned end where that is possible. */
function lastInFree(table: Table, start: number, alignEnd: boolean): number {
  const next = Math.min(...table.taken.map((one) => one.start).filter((one) => one > start), table.last + 1);
  if (!alignEnd) return next - 1;
  const end = aligned(table, next);
  return end !== next && isFree(table, end - 1) && end > start ? end - 1 : next - 1;
}

/** The aligned sector before, where all is free up to it; else the one after; else the sector itself. */
function aligned(table: Table, sector: number): number {
  const { alignment } = table;
  if (sector % alignment === 0) return sector;
  const earlier = Math.floor(sector / alignment) * alignment;
  if (earlier >= table.first && allFree(table, earlier, sector - 1)) return earlier;
  const later = earlier + alignment;
  return later <= table.last && allFree(table, sector + 1, later) ? later : sector;
}

const allFree = (table: Table, from: number, to: number): boolean =>
  isFree(table, from) && isFree(table, to) && !table.taken.some(({ end, start }) => start <= to && end >= from);

function misfitOf(gpt: Gpt, name: string, { sectorSize, size }: DiskSize, table: Table): string {
  const wanted = gpt.partitions;
  const of = Object.values(wanted).find((partition) => partition.name === name);
  const largest = Math.max(0, ...gaps(table).map(({ end, start }) => (end - start + 1) * sectorSize));
  const said = of === undefined ? "" : of.size === "100%" || of.size === "0" ? "the rest" : of.size;
  const place = of === undefined || of.start === "0" ? "" : `, from ${of.start} to ${of.end}`;
  return `the partition ${name} (${said}${place}) does not fit: of ${bytesInWords(size)}, ${bytesInWords(largest)} are free in one piece`;
}
