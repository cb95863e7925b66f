// Colours, by what they are for. They help the eye; the words say the same without them.
import { styleText } from "node:util";

export type Tone = "good" | "busy" | "caution" | "bad" | "quiet" | "strong";

/** Gives a text the tone's colour, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

const formats = {
  good: "green",
  busy: "cyan",
  caution: "yellow",
  bad: "red",
  quiet: "dim",
  strong: "bold",
} as const satisfies Record<Tone, Parameters<typeof styleText>[0]>;

const inColour: Paint = (tone, text) => styleText(formats[tone], text, { validateStream: false });
const withoutColour: Paint = (_tone, text) => text;

export interface ColourQuestion {
  /** Whether the stream that is written to is a terminal. */
  readonly isTTY: boolean;
  /** `--plain` */
  readonly plain: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** `--plain` says no; then FORCE_COLOR decides, then NO_COLOR (no-color.org), then whether it is a terminal that can. */
export function wantsColour({ isTTY, plain, env }: ColourQuestion): boolean {
  if (plain) return false;
  const force = env["FORCE_COLOR"];
  if (force !== undefined) return force !== "0" && force !== "false";
  if (env["NO_COLOR"]) return false;
  return isTTY && env["TERM"] !== "dumb";
}

export function paintFor(colour: boolean): Paint {
  return colour ? inColour : withoutColour;
}
