// HTML put together so that text stays text: what is no Html is escaped, wherever it comes from.
import { visible } from "./visible.ts";

const made: unique symbol = Symbol("html");

/** Markup that was made by `html`, and by nothing else. */
export interface Html {
  readonly [made]: true;
  readonly text: string;
}

const markup = (text: string): Html => ({ [made]: true, text });

export const nothing = markup("");

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Lines of a text stay lines; what is hidden or runs backwards is left out. */
const escaped = (text: string): string =>
  text
    .split("\n")
    .map((line) => visible(line).replaceAll(/[&<>"']/gu, (character) => escapes[character] ?? ""))
    .join("\n");

/**
 * Markup with values in it. In attributes, values stand between quotes.
 *
 * @example html`<p title="${words}">${words}</p>`
 */
export const html = (parts: TemplateStringsArray, ...values: readonly (string | Html)[]): Html =>
  markup(
    parts
      .flatMap((part, index) => {
        const value = values[index];
        return value === undefined ? [part] : [part, typeof value === "string" ? escaped(value) : value.text];
      })
      .join(""),
  );

export const join = (parts: readonly Html[]): Html => markup(parts.map(({ text }) => text).join("\n"));
