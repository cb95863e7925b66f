import { expect, test } from "vitest";
import { withNixArguments } from "./nix-arguments.ts";

const settings = {
  showTrace: false,
  impure: false,
  options: [["a", "b"]],
  overrideInputs: [],
  verbose: false,
} as const;

test("what flotilla has to know of becomes a setting, the rest is handed on", () => {
  const words = "-L --impure --option cores 2 --override-input nixpkgs path:/n --show-trace --refresh".split(" ");
  expect(withNixArguments(settings, words)).toEqual({
    ...settings,
    impure: true,
    showTrace: true,
    options: [
      ["a", "b"],
      ["cores", "2"],
    ],
    overrideInputs: [["nixpkgs", "path:/n"]],
    arguments: ["-L", "--refresh"],
  });
});

test("no words change nothing; half an option is for Nix to refuse", () => {
  expect(withNixArguments(settings, [])).toBe(settings);
  expect(withNixArguments(settings, ["--option", "cores"]).arguments).toEqual(["--option", "cores"]);
});
