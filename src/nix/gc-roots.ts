// Garbage collector roots, one link a host, so that nothing that is being deployed is collected.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { HostName } from "../domain/host-name.ts";
import type { StorePath } from "../domain/store-path.ts";

/** Where Nix notes links that lie outside of its own directories. */
const registry = "/nix/var/nix/gcroots/auto";

export interface GcRoots {
  /** Where the host's link is, or will be. */
  linkOf(host: HostName): string;
  /** Whether the host's link names this path. */
  pointsTo(host: HostName, path: StorePath): Promise<boolean>;
  /** Whether the host's link keeps this path already: then it has been valid ever since the link was made. */
  keeps(host: HostName, path: StorePath): Promise<boolean>;
}

/** Makes the directory, which git is told to overlook. */
export async function openGcRoots(directory: string): Promise<GcRoots> {
  const root = resolve(directory);
  await mkdir(root, { recursive: true });
  await writeFile(join(root, ".gitignore"), "*\n");
  const linkOf = (host: HostName): string => join(root, host);
  return {
    linkOf,
    pointsTo: async (host, path) => (await linkTarget(linkOf(host))) === path,
    async keeps(host, path) {
      const link = linkOf(host);
      const [target, registered] = await Promise.all([
        linkTarget(link),
        linkTarget(join(registry, registryName(link))),
      ]);
      return target === path && registered === link && existsSync(path);
    },
  };
}

/** libstore/gc.cc, addIndirectRoot: the SHA-1 of the link's own path. */
function registryName(link: string): string {
  return nixBase32(createHash("sha1").update(link).digest());
}

const alphabet = "0123456789abcdfghijklmnpqrsvwxyz";

/**
 * Nix's own base 32: least significant digits last, and an alphabet without e, o, t and u (libutil/hash.cc).
 *
 * @example nixBase32(createHash("sha1").update("/tmp/nixgc/n3").digest()) // "06i7v4d5qh08a6ybv6b801a72ibj4kvx"
 */
export function nixBase32(bytes: Uint8Array): string {
  const digits = Math.ceil((bytes.length * 8) / 5);
  return Array.from({ length: digits }, (_, position) => {
    const bit = (digits - 1 - position) * 5;
    const byte = bit >> 3;
    const pair = (bytes[byte] ?? 0) | ((bytes[byte + 1] ?? 0) << 8);
    return alphabet[(pair >> (bit & 7)) & 31];
  }).join("");
}

function linkTarget(link: string): Promise<string | null> {
  return readlink(link).catch(() => null);
}
