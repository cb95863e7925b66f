// How deploy-rs's three levels become one (its src/lib.rs, make_deploy_data): the innermost that sets an option wins.
import type { GenericSettings } from "./deploy-rs-settings.ts";

/** An option that nobody set is null, but for those with a default that is the same everywhere. */
export interface MergedSettings {
  readonly sshUser: string | null;
  readonly user: string | null;
  readonly sshOpts: readonly string[];
  readonly fastConnection: boolean;
  readonly autoRollback: boolean;
  readonly magicRollback: boolean;
  /** Seconds. */
  readonly confirmTimeout: number;
  /** Seconds. */
  readonly activationTimeout: number;
  /** Words of a shell, to which the name of a user is added. */
  readonly sudo: string | null;
  readonly remoteBuild: boolean;
  readonly interactiveSudo: boolean;
}

/**
 * Merges what is set for a profile, its node, and all nodes, in this order. ssh's options are joined in the same order:
 * of two values ssh keeps the first. What the operator says replaces all of it, ssh's options too.
 *
 * @example mergeSettings([{ user: "root" }, { sshOpts: ["-4"] }, { user: "ana", sshOpts: ["-C"] }]) // user root, sshOpts ["-4", "-C"]
 */
export function mergeSettings(levels: readonly GenericSettings[], operator: GenericSettings = {}): MergedSettings {
  const first = <Option extends keyof GenericSettings>(option: Option): NonNullable<GenericSettings[Option]> | null => {
    for (const level of [operator, ...levels]) {
      const value = level[option];
      if (value !== undefined && value !== null) return value;
    }
    return null;
  };
  return {
    sshUser: first("sshUser"),
    user: first("user"),
    sshOpts: operator.sshOpts ?? levels.flatMap(({ sshOpts }) => sshOpts ?? []),
    fastConnection: first("fastConnection") ?? false,
    autoRollback: first("autoRollback") ?? true,
    magicRollback: first("magicRollback") ?? true,
    confirmTimeout: first("confirmTimeout") ?? 30,
    activationTimeout: first("activationTimeout") ?? 240,
    sudo: first("sudo"),
    remoteBuild: first("remoteBuild") ?? false,
    interactiveSudo: first("interactiveSudo") ?? false,
  };
}
