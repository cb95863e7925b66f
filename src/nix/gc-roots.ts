// Garbage collector roots, one link a profile, so that nothing that is being deployed is collected.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { HostName } from "../domain/host-name.ts";
import type { StorePath } from "../domain/store-path.ts";

/** Where Nix notes links that lie outside of its own directories. */
const registry = "/nix/var/nix/gcroots/auto";

/** Whose names links have: ours, or those that another tool's users look for. */
export type RootNames = "own" | "colmena" | "deploy-rs";

/**
 * What the root of a profile is called, below the directory of roots: a system by its host, which no other profile's name
 * can be.
 *
 * @example rootName("own", web, "system") // "web"
 * @example rootName("own", web, "home") // "web@home"
 * @example rootName("colmena", web, "system") // "node-web"
 * @example rootName("deploy-rs", web, "home") // "web/home"
 */
export function rootName(names: RootNames, host: HostName, profile: string): string {
  const own = profile === "system" ? host : `${host}@${profile}`;
  switch (names) {
    case "own":
      return own;
    case "colmena":
      return `node-${own}`;
    case "deploy-rs":
      return `${host}/${profile}`;
  }
}

export interface GcRoots {
  /** Where the link of that name is, or will be. */
  linkOf(name: string): string;
  /** Whether the link names this path. */
  pointsTo(name: string, path: StorePath): Promise<boolean>;
  /** Whether the link keeps this path already: then it has been valid ever since the link was made. */
  keeps(name: string, path: StorePath): Promise<boolean>;
}

/** Makes the directory, which git is told to overlook. */
export async function openGcRoots(directory: string): Promise<GcRoots> {
  const root = resolve(directory);
  await mkdir(root, { recursive: true });
  await writeFile(join(root, ".gitignore"), "*\n");
  const linkOf = (name: string): string => join(root, name);
  return {
    linkOf,
    pointsTo: async (name, path) => (await linkTarget(linkOf(name))) === path,
    async keeps(name, path) {
      const link = linkOf(name);
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
