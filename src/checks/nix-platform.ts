// Names of platforms as Nix has them, and which of them a kernel runs.

const machines: ReadonlyMap<string, string> = new Map([
  ["amd64", "x86_64"],
  ["i386", "i686"],
  ["i486", "i686"],
  ["i586", "i686"],
  ["arm64", "aarch64"],
  ["armv8l", "armv7l"], // a 32-bit program on a 64-bit kernel is told this
  ["ppc64le", "powerpc64le"],
  ["ppc64", "powerpc64"],
  ["loongarch", "loongarch64"],
]);

/**
 * The Nix platform of a machine, from `uname -m` and `uname -s`.
 *
 * @example nixPlatform("arm64", "Darwin") // "aarch64-darwin"
 */
export function nixPlatform(machine: string, kernelName: string): string {
  return `${machines.get(machine) ?? machine}-${kernelName.toLowerCase()}`;
}

/**
 * 32-bit platforms that a 64-bit kernel runs without emulation: a system has to boot, so that emulation does not count. A
 * Mac boots without us, and Rosetta runs what is put on it.
 */
const alsoRuns: ReadonlyMap<string, readonly string[]> = new Map([
  ["x86_64-linux", ["i686-linux"]],
  ["aarch64-linux", ["armv7l-linux", "armv6l-linux"]],
  ["armv7l-linux", ["armv6l-linux"]],
  ["aarch64-darwin", ["x86_64-darwin"]],
]);

/** Whether a machine of one platform runs a system that was built for another. */
export function runsPlatform(machine: string, system: string): boolean {
  return machine === system || (alsoRuns.get(machine)?.includes(system) ?? false);
}
