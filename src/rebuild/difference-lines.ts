// What changes between two systems, as lines for a person: in the manner of `nix store diff-closures`.
import type { StorePath } from "../domain/store-path.ts";
import type { PackageChange } from "../nix/closure-difference.ts";

/**
 * @example differenceLines(old, next, changes) // ["<<< /nix/store/…", ">>> /nix/store/…", "nginx: 1.26 → 1.28, +3.1 KiB"]
 */
export function differenceLines(
  before: StorePath | null,
  after: StorePath,
  changes: readonly PackageChange[],
): readonly string[] {
  return [`<<< ${before ?? "nothing"}`, `>>> ${after}`, ...changes.map(lineOf)];
}

function lineOf({ after, before, growth, package: name }: PackageChange): string {
  const changed = before.join("\n") !== after.join("\n");
  const versions = changed ? [`${described(before)} → ${described(after)}`] : [];
  return `${name}: ${[...versions, size(growth)].join(", ")}`;
}

/** Nix's own signs: the empty set where the package is not there, epsilon where it has no version. */
const described = (versions: readonly string[]): string =>
  versions.length === 0 ? "∅" : versions.map((version) => version || "ε").join(", ");

const size = (bytes: number): string => `${bytes < 0 ? "-" : "+"}${(Math.abs(bytes) / 1024).toFixed(1)} KiB`;
