// Archives as the kernel unpacks them into its first root: cpio's "newc" form (linux: Documentation/driver-api/early-userspace/
// buffer-format.rst). Written here, so that nothing is needed for it on the machine.
export type CpioEntry =
  | { readonly kind: "directory"; readonly path: string; readonly mode: number }
  | { readonly kind: "file"; readonly path: string; readonly mode: number; readonly content: string }
  | { readonly kind: "link"; readonly path: string; readonly to: string };

/**
 * The archive of the entries, in their order: a directory stands before what is in it.
 *
 * @example cpioArchive([{ kind: "file", path: "flotilla/network/0-eth0.network", mode: 0o644, content: "[Match]\n" }])
 */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const records = entries.map((entry, index) => record(index + 1, entry.path, modeOf(entry), contentOf(entry)));
  return Buffer.concat([...records, record(0, "TRAILER!!!", 0, Buffer.alloc(0))]);
}

/** S_IFDIR, S_IFREG, S_IFLNK of stat.h. */
const typeBits = { directory: 0o040000, file: 0o100000, link: 0o120000 } as const;

const modeOf = (entry: CpioEntry): number => typeBits[entry.kind] | (entry.kind === "link" ? 0o777 : entry.mode);

function contentOf(entry: CpioEntry): Buffer {
  switch (entry.kind) {
    case "directory":
      return Buffer.alloc(0);
    case "file":
      return Buffer.from(entry.content);
    case "link":
      return Buffer.from(entry.to);
  }
}

/** Root owns all; one link each, so that the number of the inode matters to nobody. */
function record(inode: number, path: string, mode: number, content: Buffer): Buffer {
  const name = Buffer.from(`${path}\0`);
  const owner = 0;
  const links = 1;
  const time = 0;
  const device = [0, 0, 0, 0];
  const check = 0;
  const fields = [inode, mode, owner, owner, links, time, content.length, ...device, name.length, check];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`);
  return Buffer.concat([padded(Buffer.concat([header, name])), padded(content)]);
}

/** To a multiple of four bytes. */
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
