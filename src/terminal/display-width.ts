// How many columns a text takes in a terminal. Where terminals disagree, the answer is the larger one:
// a line that is cut early is still a line, one that wraps breaks the picture.

const plainAscii = /^[\x20-\x7e]*$/;

// Marks that sit on the character before them.
const zeroWidth = /^[\p{Mn}\p{Me}]$/u;

// East Asian Width W and F (Unicode Standard Annex #11), and what is shown as a picture by default.
const doubleWidth =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d376}\u{1f200}-\u{1f265}\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}])$/u;

function characterWidth(character: string): number {
  if (character < "\u0300") return 1;
  if (zeroWidth.test(character)) return 0;
  return doubleWidth.test(character) ? 2 : 1;
}

/** Columns that a printable text takes. */
export function displayWidth(text: string): number {
  if (plainAscii.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/**
 * The text, cut to at most `columns`, with `ellipsis` in place of what is gone.
 *
 * @example truncate("sshd did not answer", 10, "…") === "sshd did …"
 */
export function truncate(text: string, columns: number, ellipsis: string): string {
  if (displayWidth(text) <= columns) return text;
  const mark = displayWidth(ellipsis) <= columns ? ellipsis : "";
  const room = columns - displayWidth(mark);
  let kept = "";
  let width = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > room) break;
    kept += character;
  }
  return kept + mark;
}

/** The text with spaces after it, up to `columns`. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}

/** The text with spaces before it, up to `columns`: for numbers. */
export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - displayWidth(text))) + text;
}
