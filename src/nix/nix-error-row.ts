// One kind of error of Nix, as tables list them.
import type { ErrorCode } from "../domain/error-codes.ts";

/** Where the failing work was done: a full disk is this machine's or the host's. */
export type FailurePlace = "here" | "there";

export interface NixErrorRow {
  readonly pattern: RegExp;
  readonly code: ErrorCode | Readonly<Record<FailurePlace, ErrorCode>>;
  /** `$1`, `$2` … are the pattern's groups. */
  readonly message: string;
  readonly hint: string;
}
