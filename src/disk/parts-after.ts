// What of a disk is where once the plan is carried out: for its picture, and to know beforehand that it is too small.
import type { ComparedPart } from "./compare/compared-part.ts";
import { isBlank } from "./compare/compared-part.ts";
import { describeContent } from "./describe-content.ts";
import type { PlannedPart } from "./disk-plan.ts";
import type { Content, DiskLayout, Gpt, Table } from "./layout.ts";
import { typeInWords } from "./lost-lines.ts";
import type { BlockDevice } from "./machine-disks.ts";
import { placeGpt, usableSectors } from "./place/place-gpt.ts";

export interface PartsAfter {
  readonly parts: readonly PlannedPart[];
  /** Why the layout does not fit on the disk. */
  readonly misfit: string | null;
}

/**
 * @param name of the disk in the layout
 * @param device as it is when the layout is made: blank where it was wiped before
 * @param compared of the whole layout
 */
export function partsAfter(
  layout: DiskLayout,
  name: string,
  device: BlockDevice,
  compared: readonly ComparedPart[],
): PartsAfter {
  const content = layout.disk[name]?.content ?? null;
  if (isBlank(device)) return partsOfNew(content, device);
  if (device.table === null) return { parts: [wholeDisk(device, content, "kept")], misfit: null };
  const places = compared.flatMap(({ place }) => (place?.disk === device.path ? [place.part] : []));
  const there = device.children
    .flatMap((child) => keptPart(child, content, device))
    .map((kept) => places.find((place) => place.fate === "grown" && place.start === kept.start) ?? kept);
  return { parts: withFree([...there, ...places.filter(({ fate }) => fate === "new")], device), misfit: null };
}

function partsOfNew(content: Content | null, device: BlockDevice): PartsAfter {
  switch (content?.type) {
    case undefined:
      return { parts: withFree([], device), misfit: null };
    case "gpt":
      return partsOfGpt(content, device);
    case "table":
      return { parts: withFree(partsOfTable(content, device), device), misfit: null };
    default:
      return { parts: [wholeDisk(device, content, "new")], misfit: null };
  }
}

function partsOfGpt(gpt: Gpt, device: BlockDevice): PartsAfter {
  const { misfit, partitions } = placeGpt(gpt, device);
  const contents = new Map(
    Object.values(gpt.partitions).map((partition) => [partition.name, partition.content] as const),
  );
  const parts = partitions.map(({ end, name, start }): PlannedPart => ({
    name,
    start: start * device.sectorSize,
    size: (end - start + 1) * device.sectorSize,
    content: describeContent(contents.get(name) ?? null),
    fate: "new",
  }));
  return { parts: withFree(parts, device), misfit };
}

/** As far as places are written in percent or in units; the picture of a kind of table that disko itself advises against. */
function partsOfTable(table: Table, device: BlockDevice): readonly PlannedPart[] {
  return table.partitions.flatMap((partition, index) => {
    const start = placeInBytes(partition.start, device.size);
    const end = placeInBytes(partition.end, device.size);
    if (start === null || end === null || end <= start || partition["part-type"] === "extended") return [];
    return [
      {
        name: partition.name ?? String(index + 1),
        start,
        size: end - start,
        content: describeContent(partition.content),
        fate: "new" as const,
      },
    ];
  });
}

/** parted's way of writing places: "1MiB", "512M" (of 1000 kB), "50%", "-1GiB" from the end. */
function placeInBytes(place: string, size: number): number | null {
  const parts = /^(?<sign>-?)(?<amount>\d+(?:\.\d+)?)(?<unit>[A-Za-z]*|%)$/u.exec(place)?.groups;
  if (parts === undefined) return null;
  const unit = (parts["unit"] ?? "").toLowerCase();
  const power = "kmgtp".indexOf(unit.slice(0, 1) || " ") + 1;
  const base = unit.includes("i") ? 1024 : 1000;
  // Without a unit it is MB; s are sectors.
  const factor = unit === "%" ? size / 100 : unit === "s" ? 512 : unit === "" ? 1000 ** 2 : base ** power;
  const bytes = Math.round(Number(parts["amount"]) * factor);
  return parts["sign"] === "-" ? size - bytes : Math.min(bytes, size);
}

const wholeDisk = (device: BlockDevice, content: Content | null, fate: "new" | "kept"): PlannedPart => ({
  name: "whole disk",
  start: 0,
  size: device.size,
  content: fate === "new" ? describeContent(content) : contentThere(device, null),
  fate,
});

function keptPart(child: BlockDevice, content: Content | null, { sectorSize }: BlockDevice): readonly PlannedPart[] {
  const entry = child.partition;
  if (entry === null) return [];
  const declared =
    content?.type === "gpt"
      ? Object.values(content.partitions).find(({ label, uuid }) =>
          uuid === null ? label === entry.label : uuid.toLowerCase() === entry.uuid,
        )
      : undefined;
  return [
    {
      name: declared?.name ?? entry.label ?? String(entry.number),
      start: entry.start * sectorSize,
      size: child.size,
      content: contentThere(child, declared?.content ?? null),
      fate: "kept",
    },
  ];
}

/** In the layout's words where it declares it, else in the words of what a probe found. */
function contentThere(device: BlockDevice, declared: Content | null): readonly string[] {
  if (declared !== null) return describeContent(declared);
  if (device.signature === null) return [];
  const { label, type } = device.signature;
  return [`${typeInWords(type)}${label === null ? "" : ` “${label}”`}`];
}

/** In the order of the disk, with the gaps between that are larger than alignment. */
function withFree(parts: readonly PlannedPart[], device: BlockDevice): readonly PlannedPart[] {
  const { first, last } = usableSectors(device);
  const end = (last + 1) * device.sectorSize;
  const ordered = parts.toSorted((one, other) => one.start - other.start);
  const all: PlannedPart[] = [];
  let next = first * device.sectorSize;
  const free = (until: number): void => {
    if (until - next > 2 * 1024 ** 2)
      all.push({ name: "free", start: next, size: until - next, content: [], fate: "free" });
  };
  for (const part of ordered) {
    free(part.start);
    all.push(part);
    next = Math.max(next, part.start + part.size);
  }
  free(end);
  return all;
}
