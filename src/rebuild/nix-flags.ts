// nixos-rebuild's flags for Nix as settings that every call of ours takes. Most are settings of Nix under another name.
import type { NixSettings } from "../nix/nix.ts";

export interface RebuildNixFlags {
  readonly builders?: string | undefined;
  readonly cores?: string | undefined;
  readonly maxJobs?: string | undefined;
  readonly include?: readonly string[] | undefined;
  readonly option?: readonly (readonly [string, string])[] | undefined;
  readonly overrideInput?: readonly (readonly [string, string])[] | undefined;
  readonly acceptFlakeConfig: boolean;
  readonly fallback: boolean;
  readonly impure: boolean;
  readonly keepFailed: boolean;
  readonly keepGoing: boolean;
  readonly noRegistries: boolean;
  readonly offline: boolean;
  readonly refresh: boolean;
  readonly showTrace: boolean;
}

/** A day no tarball is older than: it stays what it is. */
const never = String(2 ** 32 - 1);

/**
 * The settings. What the operator gives by --option comes last, and wins.
 *
 * @see https://nix.dev/manual/nix/latest/command-ref/conf-file
 */
export function nixSettings(flags: RebuildNixFlags, verbose: boolean): NixSettings {
  const given = (name: string, value: string | undefined) => (value === undefined ? [] : [[name, value] as const]);
  const when = (isSet: boolean, ...pairs: readonly (readonly [string, string])[]) => (isSet ? pairs : []);
  return {
    verbose,
    showTrace: flags.showTrace,
    impure: flags.impure,
    searchPath: flags.include ?? [],
    overrideInputs: flags.overrideInput ?? [],
    options: [
      ...given("builders", flags.builders),
      ...given("cores", flags.cores),
      ...given("max-jobs", flags.maxJobs),
      ...when(flags.acceptFlakeConfig, ["accept-flake-config", "true"]),
      ...when(flags.fallback, ["fallback", "true"]),
      ...when(flags.keepFailed, ["keep-failed", "true"]),
      ...when(flags.keepGoing, ["keep-going", "true"]),
      ...when(flags.noRegistries, ["use-registries", "false"]),
      ...when(flags.refresh, ["tarball-ttl", "0"]),
      // What `nix --offline` sets (NixOS/nix, src/nix/main.cc).
      ...when(
        flags.offline,
        ["substitute", "false"],
        ["tarball-ttl", never],
        ["download-attempts", "0"],
        ["connect-timeout", "1"],
      ),
      ...(flags.option ?? []),
    ],
  };
}
