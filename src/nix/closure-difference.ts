// What changes between two systems, package by package, as `nix store diff-closures` tells it.
import type { ClosurePath } from "./nix.ts";

export interface PackageChange {
  readonly package: string;
  /** Versions, in order; "" for a package that has none. Empty where the package is not there at all. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Bytes that the package grew by. */
  readonly growth: number;
}

type Named = Pick<ClosurePath, "name" | "bytes">;

/** Bytes below which the same version rebuilt is not worth a line (nix store diff-closures has 8 KiB too). */
const noise = 8 * 1024;

/**
 * Packages that came, went, changed their version, or grew or shrank by more than 8 KiB; by name.
 *
 * @example closureDifference([{ name: "nginx-1.26", bytes: 1 }], [{ name: "nginx-1.28", bytes: 2 }])
 * // [{ package: "nginx", before: ["1.26"], after: ["1.28"], growth: 1 }]
 */
export function closureDifference(before: readonly Named[], after: readonly Named[]): readonly PackageChange[] {
  const [old, next] = [byPackage(before), byPackage(after)];
  return [...new Set([...old.keys(), ...next.keys()])]
    .toSorted()
    .map((name) => {
      const [was, is] = [old.get(name) ?? nothing, next.get(name) ?? nothing];
      return {
        package: name,
        before: [...was.versions].toSorted(),
        after: [...is.versions].toSorted(),
        growth: is.bytes - was.bytes,
      };
    })
    .filter(({ before, after, growth }) => before.join("\n") !== after.join("\n") || Math.abs(growth) > noise);
}

interface Package {
  readonly versions: ReadonlySet<string>;
  readonly bytes: number;
}

const nothing: Package = { versions: new Set(), bytes: 0 };

function byPackage(paths: readonly Named[]): ReadonlyMap<string, Package> {
  const packages = new Map<string, Package>();
  for (const { name, bytes } of paths) {
    const [pname, version] = splitVersion(name);
    const known = packages.get(pname) ?? nothing;
    packages.set(pname, { versions: new Set([...known.versions, version]), bytes: known.bytes + bytes });
  }
  return packages;
}

/** As Nix does: the version begins at the first dash that no letter follows (libstore/names.cc). */
function splitVersion(name: string): readonly [name: string, version: string] {
  const dash = name.search(/-(?![A-Za-z])/u);
  return dash === -1 ? [name, ""] : [name.slice(0, dash), name.slice(dash + 1)];
}
