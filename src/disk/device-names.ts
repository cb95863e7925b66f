// Names as udev, blkid and the kernel write them where they hold bytes that would break a line or a path.

/**
 * Takes back the escapes `\xNN` of udev and blkid. What moves a terminal's cursor becomes U+FFFD.
 *
 * @example unescapeUdev(String.raw`disk\x20a`) // "disk a"
 */
export function unescapeUdev(text: string): string {
  return unescapeBytes(text, /\\x([0-9a-fA-F]{2})/gu, 16);
}

/**
 * Takes back the escapes `\NNN` of /proc/self/mountinfo.
 *
 * @example unescapeMount(String.raw`/mnt/my\040data`) // "/mnt/my data"
 */
export function unescapeMount(text: string): string {
  return unescapeBytes(text, /\\([0-7]{3})/gu, 8);
}

/** /dev/VG/LV of a logical volume, whose mapper name doubles the dashes of both; null: not such a name. */
export function volumePath(mapperName: string): string | null {
  const parts = /^((?:[^-]|--)+)-((?:[^-]|--)+)$/u.exec(mapperName);
  if (parts?.[1] === undefined || parts[2] === undefined) return null;
  return `/dev/${parts[1].replaceAll("--", "-")}/${parts[2].replaceAll("--", "-")}`;
}

function unescapeBytes(text: string, escape: RegExp, base: number): string {
  const bytes: number[] = [];
  let last = 0;
  for (const match of text.matchAll(escape)) {
    bytes.push(...Buffer.from(text.slice(last, match.index)), Number.parseInt(match[1] ?? "0", base));
    last = match.index + match[0].length;
  }
  bytes.push(...Buffer.from(text.slice(last)));
  return Buffer.from(bytes).toString().replaceAll(/\p{C}/gu, "\u{FFFD}");
}
