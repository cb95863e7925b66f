import { expect, test } from "vitest";
import { paintFor, wantsColour } from "./paint.ts";
import { asciiSymbols, symbolsFor, unicodeSymbols } from "./symbols.ts";

test.each([
  ["a terminal", { isTTY: true, plain: false, env: {} }, true],
  ["a pipe", { isTTY: false, plain: false, env: {} }, false],
  ["NO_COLOR", { isTTY: true, plain: false, env: { NO_COLOR: "1" } }, false],
  ["an empty NO_COLOR", { isTTY: true, plain: false, env: { NO_COLOR: "" } }, true],
  ["FORCE_COLOR in a pipe", { isTTY: false, plain: false, env: { FORCE_COLOR: "1" } }, true],
  ["FORCE_COLOR=0", { isTTY: true, plain: false, env: { FORCE_COLOR: "0" } }, false],
  ["FORCE_COLOR against NO_COLOR", { isTTY: false, plain: false, env: { FORCE_COLOR: "1", NO_COLOR: "1" } }, true],
  ["--plain against FORCE_COLOR", { isTTY: true, plain: true, env: { FORCE_COLOR: "1" } }, false],
  ["a dumb terminal", { isTTY: true, plain: false, env: { TERM: "dumb" } }, false],
])("%s", (_name, question, colour) => {
  expect(wantsColour(question)).toBe(colour);
});

test("a tone is a colour, or nothing", () => {
  expect(paintFor(true)("good", "deployed")).toBe("\u001b[32mdeployed\u001b[39m");
  expect(paintFor(false)("good", "deployed")).toBe("deployed");
});

test.each([
  [{ LANG: "en_GB.UTF-8" }, unicodeSymbols],
  [{ LANG: "de_DE.utf8" }, unicodeSymbols],
  [{ LANG: "en_GB.UTF-8", LC_ALL: "C" }, asciiSymbols],
  [{ LANG: "C", LC_CTYPE: "C.UTF-8" }, unicodeSymbols],
  [{}, asciiSymbols],
])("the signs for %j", (env, symbols) => {
  expect(symbolsFor(env)).toBe(symbols);
});

test("in ASCII, other people's quotes and arrows stay readable", () => {
  expect(asciiSymbols.fold("error: attribute ‘nginx’ → “gone” …ü")).toBe(`error: attribute 'nginx' -> "gone" ...?`);
});
