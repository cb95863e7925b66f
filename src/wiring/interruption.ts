// Ctrl-C: once, nothing new is started; twice, we leave and the guards decide alone.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Interruption } from "../deploy/run-services.ts";

/** The part of `process` that signals come from. */
export interface SignalSource {
  on(signal: "SIGINT" | "SIGTERM" | "SIGHUP", listener: () => void): unknown;
  off(signal: "SIGINT" | "SIGTERM" | "SIGHUP", listener: () => void): unknown;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Listens until `stop` is called.
 *
 * @param onHalt told at the first signal, for a word to the operator
 */
export function listenForInterruption(
  source: SignalSource,
  onHalt: () => void,
): { readonly interruption: Interruption; readonly stop: () => void } {
  const halt = new AbortController();
  const leave = new AbortController();
  const reason = new FlotillaError("E_INTERRUPTED", "interrupted by the operator");
  const listener = (): void => {
    if (halt.signal.aborted) return leave.abort(reason);
    halt.abort(reason);
    onHalt();
  };
  for (const signal of signals) source.on(signal, listener);
  return {
    interruption: { halt: halt.signal, leave: leave.signal },
    stop: () => {
      for (const signal of signals) source.off(signal, listener);
    },
  };
}
