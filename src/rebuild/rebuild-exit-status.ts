// What the program exits with for one rebuilt machine: where nixos-rebuild passes on switch-to-configuration's own status,
// scripts know these numbers, and find them again.
import type { RunEvent } from "../domain/event.ts";
import { exitStatus, isSuccess } from "../domain/outcome.ts";

/** switch-to-configuration: units failed; the init interface differs, so that only a boot brings the new system. */
const unitsFailed = 4;
const needsReboot = 100;

/** From the end of the machine, as its event says it. */
export function rebuildExitStatus({ outcome, reason }: Pick<EventOf<"host-finished">, "outcome" | "reason">): number {
  if (isSuccess(outcome)) return exitStatus.success;
  switch (reason?.code) {
    case "E_UNITS_FAILED":
      return unitsFailed;
    case "E_NEEDS_REBOOT":
      return needsReboot;
    case "E_INTERRUPTED":
      return exitStatus.interrupted;
    default:
      return exitStatus.failure;
  }
}

type EventOf<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;
