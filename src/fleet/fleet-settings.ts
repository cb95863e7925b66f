// What belongs to a whole fleet, as far as it concerns deploying: a hive's `meta` (colmena's manual, "Meta Options"), and
// what has to be known of deploy-rs's nodes before the first login.
import { z } from "zod";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { changesHosts, type Goal } from "../domain/goal.ts";
import type { FleetOutline } from "../nix/nix.ts";

const Meta = z.object({
  allowApplyAll: z.boolean().default(true),
  machinesFile: z.string().nullable().default(null),
});

const DeployRs = z.object({ interactiveSudo: z.boolean().default(false) });

export interface FleetSettings {
  /** false: a run has to name its hosts. */
  readonly allowApplyAll: boolean;
  /** A file of build machines, as Nix's `builders` takes it after an @; null: what nix.conf says. */
  readonly machinesFile: string | null;
  /** sudo on some host asks for a password, and the configuration knows it. */
  readonly interactiveSudo: boolean;
}

/**
 * The settings of the fleet; defaults where its form has none.
 *
 * @throws FlotillaError E_CONFIGURATION for one of another shape
 */
export function fleetSettings({ settings }: Pick<FleetOutline, "settings">): FleetSettings {
  const parsed = Meta.safeParse(settings.colmenaHive ?? settings.colmena ?? {});
  if (parsed.success) return { ...parsed.data, ...DeployRs.parse(settings.deploy ?? {}) };
  throw new FlotillaError("E_CONFIGURATION", `the hive's meta: ${z.prettifyError(parsed.error)}`);
}

/**
 * Refuses a run over all hosts where the hive forbids it: a build alone, and a look, is always allowed.
 *
 * @throws FlotillaError E_SELECTION
 */
export function checkApplyAll({ allowApplyAll }: FleetSettings, goal: Goal, selectsAll: boolean): void {
  if (allowApplyAll || !selectsAll || !(changesHosts(goal) || goal === "keys" || goal === "push")) return;
  throw new FlotillaError("E_SELECTION", "the hive's meta.allowApplyAll is false: a run has to name its hosts", {
    hint: "name them with --on, or @tags; --on '*' means all",
  });
}
