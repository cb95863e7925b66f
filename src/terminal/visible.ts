// Words that lie on a disk or stand in a configuration, shown as they are, but on one line and without power over a terminal.
import { printable } from "./printable.ts";

/**
 * The whole text on one line. A log line that overwrites itself shows what it showed last; a label shows all of it.
 *
 * @example visible("data\rempty") === "data empty"
 */
export const visible = (text: string): string => printable(text.replaceAll(/[\r\n\u2028\u2029]+/gu, " "));
