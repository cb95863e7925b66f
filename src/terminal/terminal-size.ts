// How large a terminal is.
import type { TerminalStream } from "./view-ports.ts";

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A serial console, and a pty that nobody gave a size, say that they are 0 by 0: they get the classic 80 by 24. */
export function terminalSize(stream: TerminalStream): TerminalSize {
  return { columns: stream.columns || 80, rows: stream.rows || 24 };
}
