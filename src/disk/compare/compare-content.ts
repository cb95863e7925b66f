// One content of a layout against the device that it is declared on.
import { contentSteps } from "../create/create-steps.ts";
import { createBtrfs, signatureOf } from "../create/file-systems.ts";
import type { Btrfs, Content } from "../layout.ts";
import { spokenName, typeInWords } from "../lost-lines.ts";
import type { BlockDevice } from "../machine-disks.ts";
import { attributes } from "../walk-layout.ts";
import { type ComparedPart, type Comparison, isBlank, part, type Spot, within } from "./compared-part.ts";
import { compareGpt, compareTable } from "./compare-partitions.ts";

/** What is declared on a device, and what lies within it as far as it can be seen. */
export function compareContent(
  comparison: Comparison,
  content: Content | null,
  { device, hidden, option }: Spot,
): readonly ComparedPart[] {
  if (content === null) return [];
  const what = `${wordOf(content)} on ${device === null ? content.device : spokenName(device)}`;
  if (hidden) return [part(option, what, "hidden", { why: "what it lies in is not open" })];
  // Whoever makes the device makes this with it.
  if (device === null) return [];
  if (isBlank(device)) {
    const needsNothing = content.type === "swap" && content.randomEncryption;
    // Members are written with their group.
    const member = ["mdraid", "zfs", "bcachefs"].includes(content.type);
    if (needsNothing) return [part(option, what, "same")];
    return [part(option, what, "empty", { make: member ? [] : contentSteps(content) })];
  }
  if (content.type === "gpt") return compareGpt(comparison, content, { device, hidden, option }, compareContent);
  if (content.type === "table") return compareTable(comparison, content, { device, hidden, option }, compareContent);
  const other = differs(content, device);
  if (other !== null) return [part(option, what, "other", { why: other })];
  return [part(option, what, "same"), ...compareWithin(comparison, content, { device, hidden, option })];
}

function wordOf(content: Content): string {
  switch (content.type) {
    case "filesystem":
      return content.format;
    case "gpt":
    case "table":
      return "partition table";
    case "lvm_pv":
      return `physical volume of ${content.vg}`;
    case "mdraid":
      return `member of the array ${content.name}`;
    case "zfs":
      return `member of the pool ${content.pool}`;
    case "bcachefs":
      return `member of ${content.filesystem}`;
    case "btrfs":
    case "swap":
      return content.type;
    case "luks":
      return `luks ${content.name}`;
  }
}

/** What there is instead, in words; null: it is as declared. */
function differs(content: Exclude<Content, { type: "gpt" | "table" }>, device: BlockDevice): string | null {
  const { signature } = device;
  if (signature === null)
    return device.table === null ? "there are devices on it" : `there is a ${device.table.type} partition table`;
  const there = `there is ${typeInWords(signature.type)}${signature.label === null ? "" : ` “${signature.label}”`}`;
  const wanted = signaturesOf(content);
  if (!wanted.includes(signature.type)) return there;
  const group = content.type === "lvm_pv" ? content.vg : content.type === "zfs" ? content.pool : null;
  if (group !== null && signature.label !== null && signature.label !== group) return there;
  if (
    content.type === "mdraid" &&
    signature.label !== null &&
    signature.label.replace(/^[^:]*:/u, "") !== content.name
  ) {
    return there;
  }
  return null;
}

/** What blkid calls it. */
function signaturesOf(content: Exclude<Content, { type: "gpt" | "table" }>): readonly string[] {
  switch (content.type) {
    case "filesystem":
      return [signatureOf(content.format)];
    case "btrfs":
    case "bcachefs":
      return [content.type];
    case "swap":
      // A hibernated system's image lies in it.
      return ["swap", "swsuspend"];
    case "luks":
      return ["crypto_LUKS"];
    case "lvm_pv":
      return ["LVM2_member"];
    case "mdraid":
      return ["linux_raid_member"];
    case "zfs":
      return ["zfs_member"];
  }
}

function compareWithin(
  comparison: Comparison,
  content: Exclude<Content, { type: "gpt" | "table" }>,
  spot: Spot & { readonly device: BlockDevice },
): readonly ComparedPart[] {
  switch (content.type) {
    case "luks": {
      const opened = spot.device.children.find(({ kind }) => kind === "crypt");
      const option = within(spot.option, "content");
      return compareContent(comparison, content.content, {
        option,
        device: opened ?? null,
        hidden: opened === undefined,
      });
    }
    case "btrfs":
      return compareSubvolumes(comparison, content, spot);
    default:
      return [];
  }
}

function compareSubvolumes({ machine }: Comparison, btrfs: Btrfs, { device, option }: Spot): readonly ComparedPart[] {
  const there = machine.groups.find(({ kind, members }) => kind === "btrfs" && members.includes(device?.path ?? ""));
  const known = there?.volumes?.map(({ name }) => trimmed(name)) ?? null;
  // One step makes all that are missing, and leaves those alone that are there.
  let make = createBtrfs(btrfs).slice(1);
  return attributes(btrfs.subvolumes).map(([key, { name }]) => {
    const what = `subvolume ${name} of ${device === null ? btrfs.device : spokenName(device)}`;
    const at = within(option, "subvolumes", key);
    if (known === null) return part(at, what, "hidden", { why: "the file system is not mounted" });
    if (known.includes(trimmed(name))) return part(at, what, "same");
    const steps = make;
    make = [];
    return part(at, what, "missing", { make: steps });
  });
}

const trimmed = (path: string): string => path.split("/").filter(Boolean).join("/");
