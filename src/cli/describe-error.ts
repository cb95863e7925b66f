// What the program says on stderr when it cannot go on.
import { errorText } from "../terminal/error-text.ts";
import { styleFor } from "../terminal/style.ts";
import type { Context } from "./context.ts";

/** The error as the operator reads it, without a line break at its end; what is no FlotillaError shows as a bug. */
export const describeError = ({ process: { stderr, env } }: Pick<Context, "process">, error: unknown): string =>
  errorText(error, styleFor(stderr, { plain: false, env }), {
    reportTo: "the issue tracker of flotilla",
  }).join("\n");
