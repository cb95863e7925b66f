// The partitions of a table that is there against those that the layout declares: which is which, which are to be added, which can grow.
import { contentSteps } from "../create/create-steps.ts";
import { describeContent } from "../describe-content.ts";
import { numberedPartitions, type NumberedPartition } from "../device-order.ts";
import type { PlannedPart } from "../disk-plan.ts";
import type { Gpt, Table } from "../layout.ts";
import type { BlockDevice } from "../machine-disks.ts";
import { placeGpt, type PlacedPartition, usableSectors } from "../place/place-gpt.ts";
import { sectorValue } from "../place/sector-value.ts";
import { addPartition, growPartition } from "./change-steps.ts";
import { type CompareContent, type ComparedPart, type Comparison, part, type Spot, within } from "./compared-part.ts";
import { growContent } from "./grow-content.ts";
import { typeGuid } from "./partition-types.ts";

type TableSpot = Spot & { readonly device: BlockDevice };

/** Less than this is rounding, not a wish: alignment moves both ends. */
const tolerance = 2 * 1024 ** 2;

export function compareGpt(
  comparison: Comparison,
  gpt: Gpt,
  spot: TableSpot,
  compareContent: CompareContent,
): readonly ComparedPart[] {
  const { device: disk, option } = spot;
  if (disk.table?.type !== "gpt") return [otherTable(spot)];
  const matches = matchPartitions(gpt, disk);
  const placed = placeMissing(gpt, disk, matches);
  const numbers = newNumbers(gpt, disk, matches);
  return [
    part(option, `partition table of ${disk.path}`, "same"),
    ...numberedPartitions(gpt).flatMap((one): readonly ComparedPart[] => {
      const at = within(option, "partitions", one.attribute);
      const match = matches.get(one.number);
      if (match === undefined) {
        const place = placed.partitions.find(({ number }) => number === one.number);
        return [
          missingPartition(gpt, disk, one, {
            at,
            misfit: placed.misfit,
            number: numbers.get(one.number),
            place,
          }),
        ];
      }
      const { content } = one.partition;
      return [
        comparePartition(comparison, gpt, disk, one, match, at),
        ...(match.length > 1
          ? []
          : compareContent(comparison, content, {
              option: within(at, "content"),
              device: match[0] ?? null,
              hidden: false,
            })),
      ];
    }),
  ];
}

const otherTable = ({ device, option }: TableSpot): ComparedPart =>
  part(option, `partition table of ${device.path}`, "other", {
    why:
      device.table === null
        ? `there is ${device.signature?.type ?? "something else"} on the whole of it`
        : `its table is ${device.table.type}`,
  });

/** By the partition's UUID where the layout has one, else by its label: never by its number. */
function matchPartitions(gpt: Gpt, disk: BlockDevice): ReadonlyMap<number, readonly BlockDevice[]> {
  const partitions = disk.children.filter(({ kind }) => kind === "partition");
  return new Map(
    numberedPartitions(gpt).flatMap(({ number, partition: { label, uuid } }) => {
      const found = partitions.filter(({ partition }) =>
        uuid === null ? partition?.label === label : partition?.uuid === uuid.toLowerCase(),
      );
      return found.length === 0 ? [] : [[number, found] as const];
    }),
  );
}

function comparePartition(
  comparison: Comparison,
  gpt: Gpt,
  disk: BlockDevice,
  { partition }: NumberedPartition,
  [found, ...more]: readonly BlockDevice[],
  option: string,
): ComparedPart {
  const what = `partition ${partition.name} of ${disk.path}`;
  const entry = found?.partition ?? null;
  if (found === undefined || entry === null) return part(option, what, "missing");
  const other = (why: string): ComparedPart => part(option, what, "other", { why });
  if (more.length > 0) {
    return other(`several are called “${partition.label}”: ${[found, ...more].map(({ path }) => path).join(", ")}`);
  }
  if (partition.uuid !== null && entry.label !== partition.label) {
    return other(`it is called “${entry.label ?? ""}” instead of “${partition.label}”`);
  }
  const type = typeGuid(partition.type);
  if (type !== null && entry.type !== "" && entry.type !== type)
    return other(`its type is ${entry.type} instead of ${type}`);
  const wanted = wantedEnd(disk, partition.end, entry.start);
  const bytes = (sectors: number): number => sectors * disk.sectorSize;
  if (wanted === null || Math.abs(bytes(wanted - entry.end)) < tolerance) return part(option, what, "same");
  if (wanted < entry.end) {
    return other(`it is larger than the layout says by ${bytes(entry.end - wanted)} bytes, and is never made smaller`);
  }
  const free = freeAfter(disk, entry.end);
  if (bytes(free - entry.end) < tolerance) {
    // The rest of the disk is what is left of it.
    if (partition.end.startsWith("-")) return part(option, what, "same");
    return other(
      `it is smaller than the layout says by ${bytes(wanted - entry.end)} bytes, and cannot grow: something follows it`,
    );
  }
  if (!partition.end.startsWith("-") && free < wanted) {
    return other(
      `it is smaller than the layout says, and there is no room after it for ${bytes(wanted - entry.end)} bytes`,
    );
  }
  const grown = growContent(comparison, partition.content, found);
  const end = Math.min(wanted, free);
  return part(option, what, "smaller", {
    why: `it can grow by ${bytes(end - entry.end)} bytes`,
    make: grown === null ? null : [growPartition(gpt.device, disk, partition, entry, end), ...grown],
    place: {
      disk: disk.path,
      part: plannedPart(partition.name, { start: entry.start, end }, disk, partition.content, "grown"),
    },
  });
}

/** Where it is to end, by the layout; null: that cannot be said of one that is there. */
function wantedEnd(disk: BlockDevice, end: string, start: number): number | null {
  const { last } = usableSectors(disk);
  if (!end.startsWith("+") && !end.startsWith("-")) return null;
  return sectorValue(end, {
    sectorSize: disk.sectorSize,
    low: start,
    high: last,
    alignment: 1024 ** 2 / disk.sectorSize,
    otherwise: last,
  });
}

/** The last sector up to which nothing follows. */
function freeAfter(disk: BlockDevice, end: number): number {
  const next = disk.children.flatMap(({ partition }) =>
    partition !== null && partition.start > end ? [partition.start] : [],
  );
  return Math.min(...next.map((start) => start - 1), usableSectors(disk).last);
}

/** Where sgdisk would put those that are missing, around all that is there. */
function placeMissing(
  gpt: Gpt,
  disk: BlockDevice,
  matches: ReadonlyMap<number, readonly BlockDevice[]>,
): ReturnType<typeof placeGpt> {
  const numberOf = new Map(
    [...matches].flatMap(([number, found]) => found.map((device) => [device.path, number] as const)),
  );
  const existing = disk.children.flatMap(({ partition, path }, index) =>
    // What the layout does not know has no number in it.
    partition === null
      ? []
      : [{ number: numberOf.get(path) ?? -1 - index, start: partition.start, end: partition.end }],
  );
  return placeGpt(gpt, disk, existing);
}

/** The layout's own number where nobody has it, else the first that is free: nothing that is there is numbered anew. */
function newNumbers(
  gpt: Gpt,
  disk: BlockDevice,
  matches: ReadonlyMap<number, readonly BlockDevice[]>,
): ReadonlyMap<number, number> {
  const used = new Set(disk.children.flatMap(({ partition }) => partition?.number ?? []));
  const numbers = new Map<number, number>();
  for (const { number } of numberedPartitions(gpt)) {
    if (matches.has(number)) continue;
    let free = number;
    if (used.has(free)) free = 1;
    while (used.has(free)) free += 1;
    used.add(free);
    numbers.set(number, free);
  }
  return numbers;
}

function missingPartition(
  gpt: Gpt,
  disk: BlockDevice,
  { partition }: NumberedPartition,
  to: {
    readonly at: string;
    readonly misfit: string | null;
    readonly number: number | undefined;
    readonly place: PlacedPartition | undefined;
  },
): ComparedPart {
  const what = `partition ${partition.name} of ${disk.path}`;
  if (to.place === undefined || to.number === undefined) {
    return part(to.at, what, "missing", { why: to.misfit ?? "there is no room for it" });
  }
  if (partition.device.includes("/md-name-") && !partition.device.endsWith(`-part${to.number}`)) {
    return part(to.at, what, "missing", {
      why: `its device is ${partition.device}, and it would be number ${to.number}`,
    });
  }
  return part(to.at, what, "missing", {
    make: [
      addPartition(gpt.device, disk, partition, { ...to.place, number: to.number }),
      ...contentSteps(partition.content),
    ],
    place: { disk: disk.path, part: plannedPart(partition.name, to.place, disk, partition.content, "new") },
  });
}

const plannedPart = (
  name: string,
  { end, start }: { readonly start: number; readonly end: number },
  { sectorSize }: BlockDevice,
  content: Parameters<typeof describeContent>[0],
  fate: PlannedPart["fate"],
): PlannedPart => ({
  name,
  start: start * sectorSize,
  size: (end - start + 1) * sectorSize,
  content: describeContent(content),
  fate,
});

/** The old kind of table: its partitions are known by their order, and are never added to or grown. */
export function compareTable(
  comparison: Comparison,
  table: Table,
  spot: TableSpot,
  compareContent: CompareContent,
): readonly ComparedPart[] {
  const { device: disk, option } = spot;
  if (disk.table?.type !== (table.format === "msdos" ? "dos" : "gpt")) return [otherTable(spot)];
  return [
    part(option, `partition table of ${disk.path}`, "same"),
    ...table.partitions.flatMap((partition, index): readonly ComparedPart[] => {
      const at = within(option, "partitions", String(index));
      const what = `partition ${partition.name ?? index + 1} of ${disk.path}`;
      const found = disk.children.find((child) => child.partition?.number === index + 1);
      if (found === undefined) {
        return [part(at, what, "missing", { why: "partitions are added to tables of type gpt alone" })];
      }
      return [
        part(at, what, "same"),
        ...compareContent(comparison, partition.content, {
          option: within(at, "content"),
          device: found,
          hidden: false,
        }),
      ];
    }),
  ];
}
