// What can be wrong with partitions: their labels, sizes, numbers, and tables where none can be.
import { isTableName } from "../create/legacy-table.ts";
import { isPlainWord } from "../create/words.ts";
import { numberedPartitions } from "../device-order.ts";
import { longestLabel, udevEscape, udevLabel } from "../layout-names.ts";
import type { DiskLayout, Gpt, GptPartition, Table } from "../layout.ts";
import { attributes, contentsOf, type PlacedContent } from "../walk-layout.ts";
import { mistake, optionPath, repeated, shown, type LayoutMistake } from "./mistake.ts";

export function partitionMistakes(layout: DiskLayout): readonly LayoutMistake[] {
  const contents = contentsOf(layout);
  return [
    ...contents.flatMap((placed) => tableMistakes(placed)),
    ...sharedLabels(contents.flatMap((placed) => partitionsOf(placed))),
  ];
}

interface Placed {
  readonly path: readonly string[];
  readonly partition: GptPartition;
}

const partitionsOf = ({ content, path }: PlacedContent): readonly Placed[] =>
  content.type === "gpt"
    ? attributes(content.partitions).map(([name, partition]) => ({ path: [...path, "partitions", name], partition }))
    : [];

function tableMistakes(placed: PlacedContent): readonly LayoutMistake[] {
  const { content, on, path } = placed;
  if (content.type !== "gpt" && content.type !== "table") return [];
  if (on === "partition" || on === "volume") {
    return [
      mistake(path, `a partition table cannot lie on a ${on}`, "put its contents there without a table, or use LVM"),
    ];
  }
  return content.type === "gpt" ? gptMistakes(placed, content) : legacyMistakes(placed, content);
}

function gptMistakes(placed: PlacedContent, gpt: Gpt): readonly LayoutMistake[] {
  const partitions = partitionsOf(placed);
  const rest = partitions.filter(({ partition }) => partition.size === "100%");
  const hybrid = numberedPartitions(gpt).filter(({ partition }) => partition.hybrid !== null);
  return [
    ...partitions.flatMap(onePartition),
    ...rest
      .slice(1)
      .map(({ path }) =>
        mistake(
          [...path, "size"],
          `"100%" is what ${optionPath([rest[0]?.path.at(-1) ?? ""])} takes already`,
          "only one partition of a disk can take the rest of it",
        ),
      ),
    ...repeated(partitions, ({ partition }) => partition.name).map(({ first, item }) =>
      mistake(
        [...item.path, "name"],
        `${shown(item.partition.name)} is the name of ${optionPath(first.path)} too`,
        "take another",
      ),
    ),
    ...(partitions.length > 128
      ? [mistake([...placed.path, "partitions"], `${partitions.length} partitions`, "a GPT has room for 128")]
      : []),
    ...(hybrid.length > 3
      ? [mistake([...placed.path, "partitions"], `${hybrid.length} of them are in the hybrid MBR`, "it has room for 3")]
      : []),
  ];
}

function onePartition({ partition, path }: Placed): readonly LayoutMistake[] {
  const { attributes: bits, end, label, size, start, type, uuid } = partition;
  const sizes = [
    { option: "size", value: size, ok: size === "100%" || /^\d+[KMGTP]?$/u.test(size) },
    { option: "start", value: start, ok: isPlace(start) },
    {
      option: "end",
      value: end, // Where it is only made of the size, that is the mistake.
      ok: isPlace(end) || end === `+${size}`,
    },
  ];
  return [
    ...sizes.flatMap(({ ok, option, value }) =>
      ok
        ? []
        : [
            mistake(
              [...path, option],
              `${shown(value)} is no size`,
              option === "size"
                ? "e.g. 512M, 20G, or 100% for the rest"
                : "as sgdisk has it, e.g. 0, 1M, +20G, -8G, 2048s",
            ),
          ],
    ),
    ...labelMistakes(partition, path, label),
    ...(/^(?:[\da-f]{4}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/iu.test(type)
      ? []
      : [
          mistake(
            [...path, "type"],
            `${shown(type)} is no type of partition`,
            "four hex digits, as sgdisk -L lists them, or a GUID",
          ),
        ]),
    ...(uuid === null || /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/iu.test(uuid)
      ? []
      : [mistake([...path, "uuid"], `${shown(uuid)} is no UUID`, "uuidgen -r makes one")]),
    ...(bits.every((bit) => Number.isInteger(bit) && bit >= 0 && bit < 64)
      ? []
      : [mistake([...path, "attributes"], "the bits of a partition are 0 to 63", "take the others out")]),
    ...(partition.hybrid !== null &&
    partition.hybrid.mbrPartitionType !== null &&
    !isMbrType(partition.hybrid.mbrPartitionType)
      ? [
          mistake(
            [...path, "hybrid", "mbrPartitionType"],
            `${shown(partition.hybrid.mbrPartitionType)} is no type of an MBR`,
            "two hex digits, e.g. 0x0c",
          ),
        ]
      : []),
  ];
}

/** sgdisk's way of writing a place on a disk. */
const isPlace = (place: string): boolean => /^[+-]?\d+(?:\.\d+)?[KMGTPE]?[sS]?$/u.test(place);

const isMbrType = (type: string): boolean => /^(?:0x)?[\da-f]{1,2}$/iu.test(type);

function labelMistakes(partition: GptPartition, path: readonly string[], label: string): readonly LayoutMistake[] {
  const at = [...path, "label"];
  const hint = `set ${optionPath(["label"])} of this partition, e.g. to ${JSON.stringify(plainLabel(label))}`;
  if (label.length > longestLabel)
    return [mistake(at, `${shown(label)} is longer than a label can be`, `at most ${longestLabel} characters`)];
  if (label === "" || label.includes(":") || /\p{Cc}/u.test(label)) {
    return [mistake(at, `${shown(label)} is no label that sgdisk can write`, hint)];
  }
  const prefix = "/dev/disk/by-partlabel/";
  if (partition.device === `${prefix}${udevEscape(label)}` && udevEscape(label) !== udevLabel(label)) {
    const found = `${prefix}${udevLabel(label)}`;
    return [mistake(at, `the partition would be looked for at ${partition.device}, but udev calls it ${found}`, hint)];
  }
  return [];
}

const plainLabel = (label: string): string => label.replaceAll(/[^0-9A-Za-z+\-._]+/gu, "-").slice(0, longestLabel);

/** Two partitions with one label cannot be told apart by it, and mounting goes by it. */
function sharedLabels(partitions: readonly Placed[]): readonly LayoutMistake[] {
  const byLabel = partitions.filter(({ partition }) => partition.device.startsWith("/dev/disk/by-partlabel/"));
  const byUuid = partitions.filter(({ partition }) => partition.uuid !== null);
  return [
    ...repeated(byLabel, ({ partition }) => partition.label).map(({ first, item }) =>
      mistake(
        [...item.path, "label"],
        `${shown(item.partition.label)} is the label of ${optionPath(first.path)} too`,
        "give one of them another label: they are found by it",
      ),
    ),
    ...repeated(byUuid, ({ partition }) => (partition.uuid ?? "").toLowerCase()).map(({ first, item }) =>
      mistake([...item.path, "uuid"], `it is the UUID of ${optionPath(first.path)} too`, "uuidgen -r makes another"),
    ),
  ];
}

function legacyMistakes({ path }: PlacedContent, table: Table): readonly LayoutMistake[] {
  const numbers = kernelNumbers(table);
  return table.partitions.flatMap((partition, index) => {
    const at = [...path, "partitions", String(index)];
    const words = [
      { option: "start", value: partition.start },
      { option: "end", value: partition.end },
      ...partition.flags.map((value) => ({ option: "flags", value })),
    ];
    return [
      ...words.flatMap(({ option, value }) =>
        isPlainWord(value) && (option === "flags" || /^-?\d/u.test(value))
          ? []
          : [
              mistake(
                [...at, option],
                `${shown(value)} is nothing that parted knows`,
                "e.g. 1MiB, 50%, 100%, -8GiB; boot, esp, lvm",
              ),
            ],
      ),
      ...(table.format === "gpt" && !isTableName(partition.name ?? "")
        ? [mistake([...at, "name"], "a partition of a GPT needs a name, and one without a slash", "set it")]
        : []),
      ...(numbers[index] !== index + 1
        ? [
            mistake(
              at,
              `the kernel numbers it ${numbers[index]}, and disko ${index + 1}`,
              "logical partitions are numbered from 5: list three primary ones and the extended one before them, or use type gpt",
            ),
          ]
        : []),
    ];
  });
}

/** The numbers that partitions get, in the order in which they are listed. */
function kernelNumbers(table: Table): readonly number[] {
  let primary = 0;
  let logical = 4;
  return table.partitions.map((partition) =>
    table.format === "msdos" && partition["part-type"] === "logical" ? ++logical : ++primary,
  );
}
