// How lines are drawn on one stream: everything about it that does not depend on what is shown.
import { type Paint, paintFor, wantsColour } from "./paint.ts";
import { type Symbols, symbolsFor } from "./symbols.ts";
import { terminalSize } from "./terminal-size.ts";
import type { TerminalStream } from "./view-ports.ts";

export interface Style {
  readonly symbols: Symbols;
  readonly paint: Paint;
  /** Lines are cut to this; null where nothing is cut (pipes, files). */
  readonly columns: number | null;
}

export interface StyleQuestion {
  /** `--plain` */
  readonly plain: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The style for a stream: colours and cutting on a terminal, neither in a pipe. */
export function styleFor(stream: TerminalStream, { plain, env }: StyleQuestion): Style {
  const isTTY = stream.isTTY === true;
  return {
    symbols: symbolsFor(env),
    paint: paintFor(wantsColour({ isTTY, plain, env })),
    columns: isTTY ? terminalSize(stream).columns : null,
  };
}
