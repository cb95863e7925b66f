// What lies on a device, in a few words a person reads: from the outside in, as pictures and plans show it.
import type { Content } from "./layout.ts";

/**
 * The layers of a content. A member of a group ends in the group's name: what the group holds is shown with the group.
 *
 * @example describeContent(luks) // ["luks crypted", "ext4 /"]
 */
export function describeContent(content: Content | null): readonly string[] {
  if (content === null) return [];
  switch (content.type) {
    case "filesystem":
      return [words(content.format, content.mountpoint)];
    case "btrfs":
      return [words("btrfs", content.mountpoint, ...Object.values(content.subvolumes).map(describeSubvolume))];
    case "swap":
      return [content.randomEncryption ? "swap, encrypted anew at each boot" : "swap"];
    case "luks":
      return [`luks ${content.name}`, ...describeContent(content.content)];
    case "lvm_pv":
      return [`lvm ${content.vg}`];
    case "mdraid":
      return [`raid ${content.name}`];
    case "zfs":
      return [`zfs ${content.pool}`];
    case "bcachefs":
      return [`bcachefs ${content.filesystem}`];
    case "gpt":
    case "table":
      return ["partitions"];
  }
}

/** Where a subvolume is seen; one that is mounted nowhere has its name alone. */
const describeSubvolume = ({
  mountpoint,
  name,
}: {
  readonly mountpoint: string | null;
  readonly name: string;
}): string => mountpoint ?? `(${name})`;

const words = (...parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join(" ");
