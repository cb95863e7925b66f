// The one word that every host of a run ends with. The terminal, JSON, the exit status and the history all use it.
import { z } from "zod";

export const Outcome = z.enum([
  "unchanged", // it ran the wanted system already
  "deployed", // activated, confirmed and committed
  "staged", // the boot default is set; takes effect at the next reboot
  "tested", // runs; the boot default is as it was
  "built",
  "pushed",
  "installed", // written to its disks, rebooted, and seen running from there
  "prepared", // the phases of an install that were asked for are done; the new system does not run yet
  "rolled-back", // activated, failed, and the previous system was seen running again
  "refused", // a check said no; nothing changed
  "failed", // something broke before any change; or after it, and nothing was taken back: its reason says what runs
  "unreachable", // nothing was attempted
  "skipped", // halted or excluded
  "lost-contact", // the guard decides alone; `flotilla status` learns the end
]);
export type Outcome = z.infer<typeof Outcome>;

/** Whether a host ended as the operator asked. */
export function isSuccess(outcome: Outcome): boolean {
  switch (outcome) {
    case "unchanged":
    case "deployed":
    case "staged":
    case "tested":
    case "built":
    case "pushed":
    case "installed":
    case "prepared":
      return true;
    case "rolled-back":
    case "refused":
    case "failed":
    case "unreachable":
    case "skipped":
    case "lost-contact":
      return false;
  }
}

/** How many hosts ended in each outcome; what none ended in is left out. */
export function tallyOutcomes(outcomes: readonly Outcome[]): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** The program's exit statuses; documented in docs/exit-status.md. */
export const exitStatus = {
  success: 0,
  failure: 1,
  usage: 2,
  refused: 3,
  unreachable: 4,
  bug: 70,
  interrupted: 130,
} as const;

/**
 * The exit status of a run: 0 all as asked; 3 every host that was not is refused or skipped; 4 none was reachable;
 * 1 otherwise. A host skipped by its own `offline = "skip"` is as asked and not passed in here as a failure.
 */
export function runExitStatus(outcomes: readonly Outcome[]): number {
  const bad = outcomes.filter((outcome) => !isSuccess(outcome));
  if (bad.length === 0) return exitStatus.success;
  if (outcomes.every((outcome) => outcome === "unreachable")) return exitStatus.unreachable;
  if (
    outcomes.every((outcome) => outcome === "refused" || outcome === "skipped" || outcome === "unchanged") &&
    bad.some((outcome) => outcome === "refused")
  ) {
    return exitStatus.refused;
  }
  return exitStatus.failure;
}
