// Words of commands on disks. What a layout calls a device or a name is checked here once more, whoever has parsed the layout: a word that a program
// would read as an option, or that leads elsewhere, is never written.
import { FlotillaError } from "../../domain/flotilla-error.ts";
import { shellQuote } from "../../domain/shell-quote.ts";

/** A line of a step: words, each quoted. */
export const line = (...parts: readonly (string | readonly string[])[]): string => shellQuote(words(...parts));

/** Words and lists of words as one list. */
export const words = (...parts: readonly (string | readonly string[])[]): readonly string[] => parts.flat();

/** Whether this is the path of a device, as a layout may name one. */
export const isDevicePath = (path: string): boolean =>
  path.startsWith("/") && !/\p{Cc}/u.test(path) && !path.split("/").some((part) => part === ".." || part === ".");

/** Whether LVM, mdadm, cryptsetup and ZFS take this for a name, and nothing reads it as an option or a path. */
export const isDeviceName = (name: string): boolean =>
  /^[A-Za-z0-9_+.:][A-Za-z0-9_+.:-]*$/u.test(name) && !/^\.+$/u.test(name);

/** The path of a device, as it stands in a command. */
export function device(path: string): string {
  if (isDevicePath(path)) return path;
  throw new FlotillaError("E_DISK_LAYOUT", `${JSON.stringify(path)} is no path of a device`, {
    hint: "name devices by their full path, e.g. /dev/disk/by-id/…",
  });
}

/** A name of a mapped device, a group, a pool, an array. */
export function deviceName(name: string): string {
  if (isDeviceName(name)) return name;
  throw new FlotillaError("E_DISK_LAYOUT", `${JSON.stringify(name)} is no name that a device can have`, {
    hint: "letters, digits and - _ + . only, and none of - at its beginning",
  });
}

/** A word of a program's own language, such as a size or a flag, that must be one word of it. */
export function plainWord(word: string): string {
  if (isPlainWord(word)) return word;
  throw new FlotillaError("E_DISK_LAYOUT", `${JSON.stringify(word)} is no size, place, flag or type`, {
    hint: "one word of letters, digits and % + - . _",
  });
}

export const isPlainWord = (word: string): boolean => /^[A-Za-z0-9%+._-]+$/u.test(word);

/**
 * Arguments that disko hands to bash unquoted: one of them may be several words, with quotes around what has blanks in it. Nothing else of bash's
 * language is read.
 * @example shellWords(["--pbkdf argon2id", "-L 'my data'"]) // ["--pbkdf", "argon2id", "-L", "my data"]
 */
export function shellWords(args: readonly string[]): readonly string[] {
  const split: string[] = [];
  let word: string | null = null;
  for (const [whole, single, double, escaped] of args
    .join(" ")
    .matchAll(/'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|\s+|[^]/gu)) {
    if (/^\s/u.test(whole)) {
      if (word !== null) split.push(word);
      word = null;
    } else {
      word = `${word ?? ""}${single ?? double?.replaceAll(/\\([$`"\\])/gu, "$1") ?? escaped ?? whole}`;
    }
  }
  return word === null ? split : [...split, word];
}
