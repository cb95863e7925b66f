// Which outcome an error before any change means. After a change only the guard's word counts.
import type { FlotillaError } from "../domain/flotilla-error.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Reason } from "../domain/event.ts";

/** The outcome of a host on which nothing was activated when `error` stopped it. */
export function outcomeOfError(error: FlotillaError): Outcome {
  switch (error.code) {
    case "E_HALTED":
    case "E_INTERRUPTED":
    case "E_NOT_DEPLOYED":
      return "skipped";
    case "E_DEGRADED":
    case "E_DISK_PLAN":
    case "E_ELEVATION":
    case "E_HOST_KEY_CHANGED":
    case "E_HOST_KEY_UNKNOWN":
    case "E_LOCAL_DEPLOYMENT":
    case "E_LOCKED":
    case "E_NEEDS_REBOOT":
    case "E_NO_SUCH_GENERATION":
    case "E_NOT_INSTALLABLE":
    case "E_NOT_NIXOS":
    case "E_NOT_READY":
    case "E_PLAN_CHANGED":
    case "E_PRE_ACTIVATE":
    case "E_UNKNOWN_PROFILE":
    case "E_WIPE_NOT_NAMED":
    case "E_WRONG_HOST":
    case "E_WRONG_SYSTEM":
      return "refused";
    case "E_TARGET_DISK_FULL":
    case "E_UNSIGNED_PATHS":
      return error.step === "check" ? "refused" : "failed";
    case "E_AUTHENTICATION":
    case "E_CONNECTION_LOST":
    case "E_DEADLINE":
    case "E_NAME_RESOLUTION":
    case "E_UNREACHABLE":
      return error.step === "connect" ? "unreachable" : "failed";
    default:
      return "failed";
  }
}

/** The error as an event and the history carry it. */
export function reasonOf(error: FlotillaError): Reason {
  return {
    code: error.code,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.step === undefined ? {} : { step: error.step }),
    log: [...error.log],
  };
}
