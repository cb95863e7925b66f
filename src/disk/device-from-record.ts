// One block device as its record says it, without what is made of it.
import { unescapeUdev, volumePath } from "./device-names.ts";
import type { DeviceRecord } from "./disk-records.ts";
import type { BlockDevice, PartitionEntry, PartitionTable, Signature } from "./machine-disks.ts";

/** A device by itself: what is on it and where it is mounted stands in other records. */
export type LoneDevice = Omit<BlockDevice, "children" | "mountpoints" | "used">;

export function deviceFromRecord(record: DeviceRecord): LoneDevice {
  const kind = kindOf(record);
  const size = number(record, "sectors") * 512;
  const sectorSize = number(record, "sector") || 512;
  return {
    path: record.get("path") ?? `/dev/${record.name}`,
    links: linksOf(record, kind),
    kind,
    size,
    sectorSize,
    readOnly: record.get("read_only") === "1",
    removable: record.get("removable") === "1",
    model: modelOf(record),
    serial: clean(record.get("serial") ?? record.known("ID_SCSI_SERIAL") ?? record.known("ID_SERIAL_SHORT")),
    wwn: clean(record.get("wwid") ?? record.known("ID_WWN")),
    transport: transportOf(record),
    table: tableOf(record, size / sectorSize),
    partition: entryOf(record, sectorSize),
    signature: signatureOf(record),
  };
}

function kindOf(record: DeviceRecord): BlockDevice["kind"] {
  const mapper = record.get("mapper_uuid");
  if (record.get("partition") !== null) return "partition";
  if (mapper?.startsWith("CRYPT-") === true) return "crypt";
  if (mapper?.startsWith("LVM-") === true) return "lvm";
  if (record.get("raid_level") !== null) return "raid";
  if (record.get("mapper_name") !== null || record.all("on").length > 0) return "other";
  if (record.name.startsWith("loop")) return "loop";
  if (record.name.startsWith("sr")) return "rom";
  // Volumes of a pool, memory, and disks of the network that look like any other.
  return /^(?:zd|zram|md)\d/u.test(record.name) ? "other" : "disk";
}

function linksOf(record: DeviceRecord, kind: BlockDevice["kind"]): readonly string[] {
  const mapper = record.get("mapper_name");
  const ofMapper = mapper === null ? [] : [`/dev/mapper/${mapper}`];
  const ofVolume = kind === "lvm" && mapper !== null ? [volumePath(mapper) ?? `/dev/mapper/${mapper}`] : [];
  return [...new Set([...record.all("link"), ...ofMapper, ...ofVolume])].toSorted();
}

/** The disk's own words: libata and virtio put themselves where others have a vendor. */
function modelOf(record: DeviceRecord): string | null {
  const vendor = record.get("vendor") ?? "";
  const model = record.get("model") ?? record.known("ID_MODEL")?.replaceAll("_", " ") ?? "";
  const maker = vendor === "ATA" || vendor.startsWith("0x") || model.startsWith(vendor) ? "" : vendor;
  return clean(`${maker} ${model}`);
}

function transportOf(record: DeviceRecord): string | null {
  const hardware = record.get("hardware") ?? "";
  const known: readonly (readonly [RegExp, string])[] = [
    [/\/usb\d/u, "usb"],
    [/\/nvme/u, "nvme"],
    [/\/virtio\d/u, "virtio"],
    [/\/ata\d/u, "sata"],
    [/\/mmc_host\//u, "mmc"],
    [/\/end_device-/u, "sas"],
    [/\/vbd-/u, "xen"],
    [/\/session\d/u, "iscsi"],
    [/\/host\d/u, "scsi"],
  ];
  return known.find(([path]) => path.test(hardware))?.[1] ?? clean(record.known("ID_BUS"));
}

function tableOf(record: DeviceRecord, sectors: number): PartitionTable | null {
  const type = record.known("ID_PART_TABLE_TYPE");
  if (record.get("partition") !== null || (type !== "gpt" && type !== "dos")) return null;
  const id = record.known("ID_PART_TABLE_UUID")?.toLowerCase() ?? null;
  if (type === "dos") return { type, id, firstSector: 1, lastSector: Math.min(sectors, 2 ** 32) - 1 };
  // Bytes 40 to 55 of the head: the first and the last sector, the lowest byte first (UEFI 2.10, 5.3.2).
  const head = Buffer.from(record.get("gpt") ?? "", "hex");
  const whole = head.length >= 56;
  return {
    type,
    id,
    firstSector: whole ? Number(head.readBigUInt64LE(40)) : 34,
    lastSector: whole ? Number(head.readBigUInt64LE(48)) : sectors - 34,
  };
}

function entryOf(record: DeviceRecord, sectorSize: number): PartitionEntry | null {
  if (record.get("partition") === null) return null;
  // /sys counts in sectors of 512 bytes, whatever the disk has.
  const start = (number(record, "start") * 512) / sectorSize;
  const size = (number(record, "sectors") * 512) / sectorSize;
  const label = record.known("ID_PART_ENTRY_NAME");
  return {
    number: number(record, "partition"),
    start,
    end: start + size - 1,
    type: (record.known("ID_PART_ENTRY_TYPE") ?? "").toLowerCase().replace(/^0x/u, "").replace(/^(.)$/u, "0$1"),
    uuid: record.known("ID_PART_ENTRY_UUID")?.toLowerCase() ?? null,
    label: label === null ? null : unescapeUdev(label),
  };
}

function signatureOf(record: DeviceRecord): Signature | null {
  const label = record.known("ID_FS_LABEL_ENC");
  const of = (type: string): Signature => ({
    type,
    uuid: record.known("ID_FS_UUID"),
    label: label === null || label === "" ? null : unescapeUdev(label),
  });
  const type = record.known("ID_FS_TYPE");
  if (type !== null && type !== "") return of(unescapeUdev(type));
  // Several things claim the same bytes, each as `usage:type:version`.
  const claims = record.known("ID_FS_AMBIVALENT");
  if (claims !== null)
    return of(
      unescapeUdev(claims)
        .replaceAll(/[^: ]*:([^: ]*)(?::[^ ]*)?/gu, "$1")
        .replaceAll(" ", " or "),
    );
  const table = record.known("ID_PART_TABLE_TYPE");
  return table === null || table === "gpt" || table === "dos" ? null : of(`${table} partition table`);
}

const number = (record: DeviceRecord, key: string): number => Number(record.get(key) ?? 0);

function clean(text: string | null): string | null {
  const words = (text ?? "").replaceAll(/\p{C}/gu, "").replaceAll(/\s+/gu, " ").trim();
  return words === "" ? null : words;
}
