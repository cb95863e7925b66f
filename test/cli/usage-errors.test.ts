// What cannot be understood: exit status 2, a sentence on stderr, nothing on stdout, nothing done.
import { expect, test } from "vitest";
import { runFlotilla, shown } from "./run-flotilla.ts";

test.each([
  ["an unknown command", ["deplyo"]],
  ["an unknown command that is near to none", ["zzzzzzzzzzzz"]],
  ["a command named like a property of objects", ["constructor"]],
  ["an unknown flag", ["deploy", "--flak", "."]],
  ["an unknown flag that is near to none", ["deploy", "--zzzzzzzzzzzz"]],
  ["an unknown short flag", ["deploy", "-x"]],
  ["a flag without its value", ["deploy", "--on"]],
  ["a flag in place of a value", ["deploy", "--on", "--json"]],
  ["a flag twice", ["deploy", "--flake", "a", "--flake", "b"]],
  ["a flag with a value that takes none", ["deploy", "--json=perhaps"]],
  ["an unknown goal", ["apply", "swich"]],
  ["a word too many", ["apply", "switch", "web-1"]],
  ["two goals", ["deploy", "switch", "--boot"]],
  ["two goals in flags", ["deploy", "--boot", "--dry-activate"]],
  ["keys without keys", ["apply", "upload-keys", "--no-keys"]],
  ["two flakes", ["deploy", ".#web-1", "github:ana/infra#db-1"]],
  ["a target with too many parts", ["deploy", ".#a.b.c"]],
  ["a decision that is none", ["deploy", "--magic-rollback", "perhaps"]],
  ["ssh options that are not closed", ["deploy", "--ssh-opts", "-o 'x"]],
  ["a user that is a flag", ["deploy", "--ssh-user=-oProxyCommand=x"]],
  ["an elevation of nothing", ["deploy", "--sudo", " "]],
  ["colours that are none", ["hosts", "--color", "sometimes"]],
  ["no expression", ["eval"]],
  ["two expressions", ["eval", "-E", "x: 1", "file.nix"]],
  ["an evaluation limit that is none", ["apply", "--eval-node-limit", "few"]],
  ["an evaluator that is none", ["apply", "--evaluator", "fast"]],
  ["no command to execute", ["exec"]],
  ["no host", ["ssh"]],
  ["a host that is a flag", ["ssh", "--", "-oProxyCommand=x"]],
  ["a host that cannot be one", ["generations", "../etc"]],
  ["a limit of nothing", ["deploy", "--copy-parallel", "0"]],
  ["a limit that is no number", ["deploy", "--copy-parallel", "many"]],
  ["a negative time", ["deploy", "--confirm-timeout", "-5"]],
  ["more than a day", ["deploy", "--confirm-timeout", "86401"]],
  ["a generation that cannot be", ["rollback", "--to", "previous"]],
  ["a run that cannot be", ["attach", "RUN"]],
  ["a builder that is a flag", ["deploy", "--build-on=-oProxyCommand=x"]],
  ["a target that is two words", ["deploy", "--target-host", "web 1"]],
  ["half an option", ["deploy", "--option", "cores"]],
  ["half an override before --", ["deploy", "--override-input", "nixpkgs", "--"]],
  ["an option as one word", ["deploy", "--option=cores"]],
  ["an unknown shell", ["completions", "tcsh"]],
  ["two mistakes at once", ["apply", "swich", "--parallel", "all"]],
])("%s", async (_what, words) => {
  const answer = await runFlotilla(words);
  expect(answer).toMatchObject({ exitStatus: 2, stdout: "" });
  expect(`$ flotilla ${words.join(" ")}\n${shown(answer)}`).toMatchSnapshot();
});
