// What opens encrypted devices and datasets: a file that the layout names, or a passphrase that a person is asked for and that lies in a file of the
// installer's /run while the disks are made. Creating and mounting use the same.
import type { DiskLayout, Luks } from "./layout.ts";
import { attributes, contentsOf } from "./walk-layout.ts";

/** Where passphrases lie that were asked for; only root may enter it. */
export const passphraseDirectory = "/run/flotilla-install/passphrases";

export type LuksKey =
  /** A file that is the key, or a part of it, byte for byte. */
  | { readonly kind: "file"; readonly path: string; readonly size: number | null; readonly offset: number | null }
  /** A file with a passphrase; newlines at its end are none of it. */
  | { readonly kind: "passphrase"; readonly path: string; readonly asked: boolean };

/** What opens a LUKS device when its disk is made. The order is disko's (lib/types/luks.nix). */
export function luksKey(luks: Luks): LuksKey {
  const { keyFile } = luks.settings;
  if (typeof keyFile === "string") {
    const { keyFileOffset, keyFileSize } = luks.settings;
    return { kind: "file", path: keyFile, size: numberOf(keyFileSize), offset: numberOf(keyFileOffset) };
  }
  if (!luks.askPassword && luks.passwordFile !== null) {
    return { kind: "passphrase", path: luks.passwordFile, asked: false };
  }
  if (!luks.askPassword && luks.keyFile !== null) {
    return { kind: "file", path: luks.keyFile, size: null, offset: null };
  }
  return { kind: "passphrase", path: passphraseFile("luks", luks.name), asked: true };
}

const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);

/**
 * Where the passphrase of a thing lies that a person was asked for.
 * @example passphraseFile("zfs", "zroot/home") // "/run/flotilla-install/passphrases/zfs-zroot%2Fhome"
 */
export const passphraseFile = (kind: AskedPassphrase["kind"], name: string): string =>
  `${passphraseDirectory}/${kind}-${encodeURIComponent(name)}`;

/** A passphrase that has to be asked for before the disks are touched. */
export interface AskedPassphrase {
  readonly kind: "luks" | "zfs";
  /** Of the mapped device, or of the dataset with its pool. */
  readonly name: string;
  /** Where the steps look for it. */
  readonly file: string;
}

/** All that the layout needs a person for. */
export function askedPassphrases(layout: DiskLayout): readonly AskedPassphrase[] {
  const devices = contentsOf(layout).flatMap(({ content }) =>
    content.type === "luks" && isAsked(luksKey(content)) ? [asked("luks", content.name)] : [],
  );
  const datasets = attributes(layout.zpool).flatMap(([, pool]) => [
    ...(asksForKey(pool.rootFsOptions) ? [asked("zfs", pool.name)] : []),
    ...attributes(pool.datasets).flatMap(([, dataset]) =>
      asksForKey(dataset.options) ? [asked("zfs", `${pool.name}/${dataset.name}`)] : [],
    ),
  ]);
  return [...devices, ...datasets];
}

const isAsked = (key: LuksKey): boolean => key.kind === "passphrase" && key.asked;

const asked = (kind: AskedPassphrase["kind"], name: string): AskedPassphrase => ({
  kind,
  name,
  file: passphraseFile(kind, name),
});

/** Whether zfs asks for the key of a dataset with these options. */
export const asksForKey = (options: Readonly<Record<string, string>>): boolean =>
  "encryption" in options && options["encryption"] !== "off" && (options["keylocation"] ?? "prompt") === "prompt";
