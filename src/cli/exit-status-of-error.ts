// What the program exits with when it cannot even begin, or a command ends in an error instead of an outcome.
import { outcomeOfError } from "../deploy/outcome-of-error.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { exitStatus } from "../domain/outcome.ts";

// The type alone: --version would pay for zod with the value.
type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

export function exitStatusOfError(error: unknown): ExitStatus {
  if (!(error instanceof FlotillaError)) return 70;
  switch (error.code) {
    case "E_USAGE":
    case "E_NO_FLEET":
    case "E_SELECTION":
    case "E_NO_SUCH_GENERATION":
    case "E_NO_SUCH_RUN":
      return 2;
    case "E_UNREACHABLE":
    case "E_NAME_RESOLUTION":
    case "E_AUTHENTICATION":
      return 4;
    case "E_INTERRUPTED":
      return 130;
    default:
      return outcomeOfError(error) === "refused" ? 3 : 1;
  }
}
