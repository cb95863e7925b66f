// disko's old `table`: partitions made by parted, numbered as they are listed (lib/types/table.nix).
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { DiskStep } from "../disk-plan.ts";
import { udevEscape } from "../layout-names.ts";
import type { Table, TablePartition } from "../layout.ts";
import { device, line, plainWord, words } from "./words.ts";

/** The table and its partitions; not what lies on them. */
export function createLegacyTable(table: Table): DiskStep {
  const disk = device(table.device);
  const type = table.format === "msdos" ? "dos" : "gpt";
  return {
    kind: "create",
    title: `partition ${disk}`,
    device: disk,
    commands: [
      line(
        ["create", type, "on", disk, "with", "parted", "--script", disk, "--", "mklabel", table.format],
        ...table.partitions.flatMap((partition, index) => partedCommands(table, partition, index + 1)),
      ),
      line("table_partitions", String(table.partitions.length), "on", disk),
    ],
  };
}

/** Whether parted takes this for the name of a partition, and nothing for a path. */
export const isTableName = (name: string): boolean => name !== "" && !name.includes("/") && !/\p{Cc}/u.test(name);

function tableName(name: string): string {
  if (isTableName(name)) return udevEscape(name);
  throw new FlotillaError("E_DISK_LAYOUT", `${JSON.stringify(name)} is no name of a partition`, {
    hint: "give the partition another name, without a slash",
  });
}

function partedCommands(table: Table, partition: TablePartition, number: number): readonly string[] {
  const first = table.format === "gpt" ? tableName(partition.name ?? "") : partition["part-type"];
  const place = [plainWord(partition.start), plainWord(partition.end)];
  const fileSystem = partition["fs-type"] === null ? [] : [plainWord(partition["fs-type"])];
  const flags = [...(partition.bootable ? ["boot"] : []), ...partition.flags.map(plainWord)];
  return words(
    ["mkpart", first, ...fileSystem, ...place],
    flags.flatMap((flag) => ["set", String(number), flag, "on"]),
  );
}
