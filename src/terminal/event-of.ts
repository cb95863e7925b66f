// The events of one type.
import type { RunEvent } from "../domain/event.ts";

/** @example EventOf<"host-finished"> */
export type EventOf<Type extends RunEvent["type"]> = Extract<RunEvent, { readonly type: Type }>;
