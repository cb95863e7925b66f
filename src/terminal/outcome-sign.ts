// The sign and tone of each outcome: the same in the live view, the plain log, the report and the tables.
import type { Outcome } from "../domain/outcome.ts";
import type { Tone } from "./paint.ts";
import type { Symbols } from "./symbols.ts";

export interface Sign {
  readonly symbol: string;
  readonly tone: Tone;
}

/** How an outcome is marked. */
export function outcomeSign(outcome: Outcome, symbols: Symbols): Sign {
  switch (outcome) {
    case "unchanged":
    case "deployed":
    case "staged":
    case "tested":
    case "built":
    case "pushed":
    case "installed":
    case "prepared":
      return { symbol: symbols.good, tone: "good" };
    case "rolled-back":
      return { symbol: symbols.restored, tone: "caution" };
    case "refused":
    case "skipped":
      return { symbol: symbols.omitted, tone: "caution" };
    case "failed":
    case "unreachable":
      return { symbol: symbols.bad, tone: "bad" };
    case "lost-contact":
      return { symbol: symbols.unknown, tone: "bad" };
  }
}
