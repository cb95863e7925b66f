// The few signs of the view, and what stands for them where the locale is not UTF-8. A word always stands beside a sign.

export interface Symbols {
  readonly good: string;
  readonly busy: string;
  readonly waiting: string;
  readonly restored: string;
  readonly bad: string;
  readonly unknown: string;
  readonly omitted: string;
  readonly arrow: string;
  readonly separator: string;
  readonly ellipsis: string;
  readonly quote: string;
  readonly barDone: string;
  readonly barLeft: string;
  /** Other people's text as far as the locale can show it. */
  readonly fold: (text: string) => string;
}

export const unicodeSymbols: Symbols = {
  good: "✔",
  busy: "●",
  waiting: "○",
  restored: "↺",
  bad: "✘",
  unknown: "?",
  omitted: "–",
  arrow: "→",
  separator: "·",
  ellipsis: "…",
  quote: "│",
  barDone: "█",
  barLeft: "░",
  fold: (text) => text,
};

export const asciiSymbols: Symbols = {
  good: "+",
  busy: "*",
  waiting: ".",
  restored: "<",
  bad: "x",
  unknown: "?",
  omitted: "-",
  arrow: "->",
  separator: "-",
  ellipsis: "...",
  quote: "|",
  barDone: "#",
  barLeft: ".",
  fold: toAscii,
};

function toAscii(text: string): string {
  return text
    .replaceAll("…", "...")
    .replaceAll("→", "->")
    .replaceAll(/[‘’]/g, "'") // as Nix and GNU programs quote
    .replaceAll(/[“”]/g, '"')
    .replaceAll(/[^\x20-\x7e]/gu, "?");
}

/** The signs that the locale can show, found as POSIX says: LC_ALL, else LC_CTYPE, else LANG. */
export function symbolsFor(env: Readonly<Record<string, string | undefined>>): Symbols {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return /utf-?8/i.test(locale) ? unicodeSymbols : asciiSymbols;
}
