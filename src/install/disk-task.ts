// What `flotilla disk` can be asked to do to the disks of one machine.
import { FlotillaError } from "../domain/flotilla-error.ts";

/** Which of the steps that a layout can mean are taken, in this order. */
export interface DiskChanges {
  /** Named disks are emptied first. */
  readonly wipe: boolean;
  /** What is not there is made. */
  readonly create: boolean;
  /** What is there is opened and mounted. */
  readonly mount: boolean;
}

export type DiskTask =
  | { readonly kind: "plan"; readonly changes: DiskChanges | null }
  | { readonly kind: "apply"; readonly changes: DiskChanges | null }
  | { readonly kind: "mount" }
  | { readonly kind: "unmount" }
  | { readonly kind: "verify" };

/** disko's modes and the older words for them. */
const modes: Readonly<Record<string, readonly string[]>> = {
  disko: ["destroy", "format", "mount"],
  zap_create_mount: ["destroy", "format", "mount"],
  create: ["format"],
};

/**
 * A mode as disko's command line has it.
 *
 * @throws FlotillaError E_USAGE for a word that is none, and for parts that make no sense together
 * @example parseDiskMode("format,mount") // { wipe: false, create: true, mount: true }
 */
export function parseDiskMode(text: string): DiskChanges {
  const words = text.split(",").flatMap((word) => (Object.hasOwn(modes, word) ? (modes[word] ?? []) : [word]));
  const unknown = words.find((word) => !["destroy", "format", "mount"].includes(word));
  if (unknown !== undefined) {
    throw new FlotillaError("E_USAGE", `--mode ${JSON.stringify(text)}: there is no mode ${JSON.stringify(unknown)}`, {
      hint:
        unknown === "unmount"
          ? "that is a command of its own: flotilla disk unmount"
          : "expected destroy, format and mount, joined by commas",
    });
  }
  const changes = {
    wipe: words.includes("destroy"),
    create: words.includes("format"),
    mount: words.includes("mount"),
  };
  if (changes.wipe && !changes.create) {
    throw new FlotillaError("E_USAGE", `--mode ${JSON.stringify(text)}: what is destroyed is made again`, {
      hint: "give --mode destroy,format, or wipefs the disk by hand",
    });
  }
  return changes;
}
