import { expect, test } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { errorText } from "./error-text.ts";
import { paintFor } from "./paint.ts";
import { unicodeSymbols } from "./symbols.ts";

const style = { symbols: unicodeSymbols, paint: paintFor(false), columns: null };
const shown = (error: unknown): string =>
  errorText(error, style, { reportTo: "https://example.org/issues" }).join("\n");

test("an error of the run: code, message, where, the last lines, a hint", () => {
  const error = new FlotillaError("E_EVALUATION", "the configuration does not evaluate\nattribute 'nginx' missing", {
    host: HostName.parse("web-01"),
    step: "evaluate",
    log: ["at /etc/nixos/web.nix:12:3:", "\u001b[31m   12|\u001b[0m   services.ngnix.enable = true;"],
    hint: "did you mean services.nginx?",
  });
  expect(shown(error)).toMatchInlineSnapshot(`
    "error[E_EVALUATION] the configuration does not evaluate
      attribute 'nginx' missing
      on web-01 during evaluate
      │ at /etc/nixos/web.nix:12:3:
      │    12|   services.ngnix.enable = true;
    hint: did you mean services.nginx?"
  `);
});

test("only what is known is said", () => {
  expect(shown(new FlotillaError("E_USAGE", "no such flag"))).toBe("error[E_USAGE] no such flag");
  expect(shown(new FlotillaError("E_BUILD", "failed", { step: "build" }))).toBe(
    "error[E_BUILD] failed\n  during build",
  );
});

test("anything else is a bug, with where to report it", () => {
  const text = shown(new TypeError("x is not a function"));
  expect(text).toMatch(/^bug this is a mistake in flotilla/);
  expect(text).toContain("TypeError: x is not a function\n      at ");
  expect(text).toContain("https://example.org/issues");
  expect(shown("a string")).toContain("  a string\n");
});
