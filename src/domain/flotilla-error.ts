// The one error class. What is not a FlotillaError is a bug of ours and ends with exit status 70.
import type { ErrorCode } from "./error-codes.ts";
import type { HostName } from "./host-name.ts";
import type { Phase } from "./phase.ts";
import { withoutCredentials } from "./without-credentials.ts";

export interface ErrorDetails {
  /** What to do about it; one sentence or a command. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  readonly host?: HostName | undefined;
  readonly step?: Phase | undefined;
  /** The last lines of the program that failed. */
  readonly log?: readonly string[] | undefined;
}

/** What it says of URLs is free of the credentials in them, wherever the words come from. */
export class FlotillaError extends Error {
  override readonly name = "FlotillaError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly host: HostName | undefined;
  readonly step: Phase | undefined;
  readonly log: readonly string[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(withoutCredentials(message), { cause: details.cause });
    this.code = code;
    this.hint = details.hint === undefined ? undefined : withoutCredentials(details.hint);
    this.host = details.host;
    this.step = details.step;
    this.log = (details.log ?? []).map(withoutCredentials);
  }

  /** The same error with the host and step it happened at, where they were not known yet. */
  at(host: HostName, step: Phase): FlotillaError {
    return new FlotillaError(this.code, this.message, {
      hint: this.hint,
      cause: this.cause,
      host: this.host ?? host,
      step: this.step ?? step,
      log: this.log,
    });
  }
}
