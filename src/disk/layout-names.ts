// Names that disko makes of names: labels of partitions, and the paths of devices that follow from them (lib/default.nix, lib/types/gpt.nix).
import { createHash } from "node:crypto";
import { FlotillaError } from "../domain/flotilla-error.ts";

/** What a GPT can hold as the name of a partition, in UTF-16 units. */
export const longestLabel = 36;

/**
 * The label of a partition that has none of its own.
 * @param parentType "disk", "mdadm", "luks", …
 * @example defaultLabel("disk", "main", "ESP") // "disk-main-ESP"
 */
export function defaultLabel(parentType: string, parentName: string, partition: string): string {
  const label = `${parentType}-${parentName}-${partition}`;
  // Nix counts bytes.
  if (Buffer.byteLength(label) <= longestLabel) return label;
  return createHash("sha256").update(label).digest("hex").slice(0, longestLabel);
}

/**
 * As disko writes a label into the path of its device: each byte that it does not know to be safe as \xXX.
 * @example udevEscape("Boot data") // "Boot\\x20data"
 */
export const udevEscape = (label: string): string =>
  escapeBytes(
    label,
    (byte) => /[0-9A-Za-z#+,\-.:=@_/]/u.test(String.fromCharCode(byte)),
    (hex) => hex.toUpperCase(),
  );

/** As udev itself writes it: letters beyond ASCII stay, and hex is in small letters (libblkid, blkid_encode_string). */
export const udevLabel = (label: string): string =>
  escapeBytes(
    label,
    (byte) => byte >= 0x80 || /[0-9A-Za-z#+\-.:=@_]/u.test(String.fromCharCode(byte)),
    (hex) => hex,
  );

function escapeBytes(text: string, isSafe: (byte: number) => boolean, spelling: (hex: string) => string): string {
  const bytes = [...Buffer.from(text)].flatMap((byte) =>
    isSafe(byte) ? [byte] : [...Buffer.from(`\\x${spelling(byte.toString(16).padStart(2, "0"))}`)],
  );
  return Buffer.from(bytes).toString();
}

/**
 * The path of a partition of a disk.
 * @throws FlotillaError E_DISK_LAYOUT where there is no rule for such a disk
 * @example partitionPath("/dev/nvme0n1", 2) // "/dev/nvme0n1p2"
 */
export function partitionPath(disk: string, number: number): string {
  if (/^\/dev\/(?:[vs]|xvd).+/u.test(disk)) return `${disk}${number}`;
  if (/^\/dev\/(?:disk|zvol)\/.+/u.test(disk)) return `${disk}-part${number}`;
  if (/^\/dev\/(?:(?:nvme|mmcblk).+|md\/.*\d|loop\d+)$/u.test(disk)) return `${disk}p${number}`;
  if (/^\/dev\/(?:md|mapper)\/.+/u.test(disk)) return `${disk}${number}`;
  throw new FlotillaError("E_DISK_LAYOUT", `what partitions of ${disk} are called is not known`, {
    hint: "name the disk as /dev/disk/by-id/…",
  });
}
