// What the program exits with when it cannot even begin, or a command ends in an error instead of an outcome.
import type { ErrorCode } from "../domain/error-codes.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { exitStatus } from "../domain/outcome.ts";

// The type alone: --version would pay for zod with the value.
type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

export function exitStatusOfError(error: unknown): ExitStatus {
  return error instanceof FlotillaError ? exitStatusOfCode(error.code) : 70;
}

function exitStatusOfCode(code: ErrorCode): ExitStatus {
  switch (code) {
    case "E_USAGE":
    case "E_NO_FLEET":
    case "E_SELECTION":
    case "E_NO_SUCH_GENERATION":
    case "E_NO_SUCH_RUN":
      return 2;
    case "E_HOST_KEY_CHANGED":
    case "E_HOST_KEY_UNKNOWN":
    case "E_LOCKED":
    case "E_NOT_READY":
    case "E_ELEVATION":
    case "E_NEEDS_REBOOT":
    case "E_PRE_ACTIVATE":
    case "E_DEGRADED":
    case "E_WRONG_HOST":
    case "E_WRONG_SYSTEM":
    case "E_NOT_NIXOS":
      return 3;
    case "E_UNREACHABLE":
    case "E_NAME_RESOLUTION":
    case "E_AUTHENTICATION":
      return 4;
    case "E_INTERRUPTED":
      return 130;
    default:
      return 1;
  }
}
