import fc from "fast-check";
import { expect, test } from "vitest";
import { type FlagWords, readSpellings } from "./spellings.ts";

const one = (...names: readonly string[]) => names.map((name) => [name, 1] as const);
const none = (...names: readonly string[]) => names.map((name) => [name, 0] as const);
const flags = new Map<string, FlagWords>([
  ["apply", new Map([...one("--flake", "-p"), ...none("--no-substitute", "--show-trace", "-v"), ["--option", 2]])],
  ["deploy", new Map([...one("--flake", "-f", "--ssh-opts", "--targets", "--nix-argument"), ...none("--ask")])],
  ["rebuild", new Map(one("--flake", "--file"))],
  ["disk plan", new Map(one("--flake", "-f"))],
  ["exec", new Map([...one("--flake", "--on", "-p"), ...none("-v", "--shell"), ["--option", 2]])],
]);
const read = (...line: readonly string[]) => readSpellings(line, (command) => flags.get(command) ?? null);

test.each([
  [
    ["-f", "hive.nix", "apply"],
    ["apply", "-f", "hive.nix"],
  ],
  [
    ["--config=x", "--show-trace", "--nix-option", "a", "b", "apply", "push"],
    "apply --flake=x --show-trace --option a b push".split(" "),
  ],
  [
    ["-f", "x", "disk", "plan", "--config", "y", "web-1"],
    ["disk", "plan", "-f", "x", "--flake", "y", "web-1"],
  ],
  [["disk"], ["disk"]],
  [
    ["disk", "paint", "-fx"],
    ["disk", "paint", "-fx"],
  ],
  [
    ["apply", "--config", "x", "--no-substitutes"],
    ["apply", "--flake", "x", "--no-substitute"],
  ],
  [
    ["deploy", "--interactive", "--file", "x"],
    ["deploy", "--ask", "--flake", "x"],
  ],
  [
    ["rebuild", "--file", "x"],
    ["rebuild", "--file", "x"],
  ],
  [
    ["hosts", "--file", "x"],
    ["hosts", "--file", "x"],
  ],
  [
    ["upload-keys", "--on", "x"],
    ["keys", "--on", "x"],
  ],
  [
    ["deploy", "--targets", "a", "b", "--ask"],
    ["deploy", "--targets=a", "--targets=b", "--ask"],
  ],
  [
    ["deploy", "--targets", "a"],
    ["deploy", "--targets=a"],
  ],
  [
    ["deploy", "--targets"],
    ["deploy", "--targets"],
  ],
  [
    ["deploy", "a", "--", "--impure", "-L"],
    ["deploy", "a", "--nix-argument=--impure", "--nix-argument=-L"],
  ],
  [
    ["exec", "--", "--config", "--color", "x"],
    ["exec", "--", "--config", "--color", "x"],
  ],
  [["apply", "-p5", "-p=6", "-v"], "apply -p 5 -p 6 -v".split(" ")],
  [
    ["apply", "-vp", "-x5"],
    ["apply", "-vp", "-x5"],
  ],
  [
    ["deploy", "--ssh-opts", "-f x", "-fy"],
    ["deploy", "--ssh-opts=-f x", "-f", "y"],
  ],
  [["deploy", "--ssh-opts", "--config", "x"], "deploy --ssh-opts --flake x".split(" ")],
  [["apply", "--nix-option", "--config", "-p5"], "apply --option --config -p5".split(" ")],
  [
    ["exec", "--on", "@web", "-v", "-p", "3", "ls", "-l", "--color"],
    "exec --on @web -v -p 3 -- ls -l --color".split(" "),
  ],
  [
    ["exec", "--nix-option", "cores", "2", "--config=x", "uptime"],
    "exec --option cores 2 --flake=x -- uptime".split(" "),
  ],
  [
    ["exec", "-p5", "--", "ls", "--", "-p5"],
    ["exec", "-p", "5", "--", "ls", "--", "-p5"],
  ],
  [["exec"], ["exec"]],
  [[], []],
  [["--help"], ["--help"]],
  [["--version"], ["--version"]],
  [["--config"], ["--config"]],
  [
    ["-f", "x"],
    ["-f", "x"],
  ],
])("%j is %j", (line, words) => {
  expect(read(...line).words).toEqual(words);
});

test.each([
  [["hosts", "--color", "always"], "always"],
  [["--color=never", "hosts"], "never"],
  [["hosts", "--color", "auto"], null],
  [["hosts"], null],
])("%j has the colours %j", (line, colours) => {
  expect(read(...line)).toEqual({ words: ["hosts"], colours });
});

test("what could be a host is never run as a program, on every host at that", () => {
  expect(() => read("exec", "-p", "3", "web-1", "--", "reboot")).toThrow(`"web-1" before -- could be a host`);
  expect(read("exec", "git", "log", "--", "file").words).toEqual(["exec", "--", "git", "log", "--", "file"]);
});

test("no word is lost, none is made up, and nothing after -- is read", () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom("constructor", "__proto__", "--config", "-f", "--targets", "apply"),
  );
  fc.assert(
    fc.property(
      fc.array(word.filter((text) => text !== "--" && !text.startsWith("--color"))),
      fc.array(fc.string()),
      (before, after) => {
        const { words } = read("hosts", ...before, "--", ...after);
        expect(words).toEqual(["hosts", ...before, "--", ...after]);
      },
    ),
  );
});
