// How far an install of a host came, and what is said of it where it ends there.
import { interruptedBefore } from "../deploy/in-phase.ts";
import { outcomeOfError } from "../deploy/outcome-of-error.ts";
import type { FlotillaError } from "../domain/flotilla-error.ts";
import type { Outcome } from "../domain/outcome.ts";

export interface Progress {
  /** Something on the disks may be another by now. */
  touched: boolean;
  /** What the machine runs: what it ran, neither that nor an installer for certain, an installer, or what lies on its disks. */
  runs: "as-before" | "jumping" | "installer" | "rebooted";
}

/** A machine that has left what it ran is not one that nothing was done to, though its disks are as they were. */
export function outcomeOf(error: FlotillaError, { runs, touched }: Progress): Outcome {
  const outcome = outcomeOfError(error);
  const isOther = error.code === "E_HOST_KEY_CHANGED" || error.code === "E_HOST_KEY_UNKNOWN";
  const hasLeft = runs !== "as-before" && (outcome === "skipped" || outcome === "unreachable" || isOther);
  return touched || hasLeft ? "failed" : outcome;
}

/** What an interruption leaves behind. */
export function interruptedWords({ runs, touched }: Progress): { readonly message: string; readonly hint?: string } {
  const again = "the same command goes on where this one was broken off";
  switch (runs) {
    case "rebooted":
      return {
        message:
          "the run was interrupted while the machine was rebooted; whether the installed system runs was not seen",
        hint: "look with flotilla status, or give the same command again",
      };
    case "jumping":
      return {
        message: "the run was interrupted while the machine was brought into an installer; its disks were not touched",
        hint: again,
      };
    case "installer":
      return touched
        ? { message: "the run was interrupted; the machine stays in its installer", hint: again }
        : {
            message: "the run was interrupted; the machine stays in its installer, and its disks were not touched",
            hint: `${again}; a reset brings back what it ran`,
          };
    case "as-before":
      return touched
        ? { message: "the run was interrupted; the machine stays in its installer", hint: again }
        : { message: interruptedBefore };
  }
}
