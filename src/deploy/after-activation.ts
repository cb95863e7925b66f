// What follows an activation that went well: keys, a reboot. Where it fails, the new system stays, and the end says so.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Ending } from "./host-journey.ts";
import { reasonOf } from "./outcome-of-error.ts";

/** What has followed: its remarks, and whether the host was rebooted into what its profiles hold. */
export interface Aftermath {
  readonly notes: readonly string[];
  readonly rebooted: boolean;
}

/**
 * The ending of an activation with what follows it; `failed`, with what runs, where that fails.
 *
 * @example await afterActivation(ending, async () => ({ notes: await sendKeys("post-activation"), rebooted: false }))
 */
export async function afterActivation(ending: Ending, work: () => Promise<Aftermath>): Promise<Ending> {
  try {
    const { notes, rebooted } = await work();
    // What was to take effect at the next boot has done so.
    const outcome = rebooted && ending.outcome === "staged" ? "deployed" : ending.outcome;
    return { ...ending, outcome, notes: [...(ending.notes ?? []), ...notes] };
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    const { message, ...reason } = reasonOf(error);
    const what = error.code === "E_INTERRUPTED" ? `the run was left during ${error.step ?? "what follows"}` : message;
    const { before: _, ...kept } = ending;
    return { ...kept, outcome: "failed", reason: { ...reason, message: `${stateAfter(ending.outcome)}, but ${what}` } };
  }
}

function stateAfter(outcome: Outcome): string {
  switch (outcome) {
    case "staged":
      return "the new system is what boots next";
    case "tested":
      return "the new system runs until the next boot";
    default:
      return "the new system runs";
  }
}
