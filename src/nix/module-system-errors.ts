// What the module system of nixpkgs says of options, as rows of the table in classify-nix-error.ts. It lists the
// definitions with their files, of which the first ones are named.
import type { NixErrorRow } from "./nix-error-row.ts";

export const moduleSystemErrors: readonly NixErrorRow[] = [
  {
    pattern: /The option `([^']+)' does not exist[^\n]*\n\s*- In `(?:\/nix\/store\/[0-9a-z]{32}-source\/)?([^']+)'/u,
    code: "E_EVALUATION",
    message: "the option $1, which $2 sets, does not exist",
    hint: "its name is misspelt, or the module that declares it is not imported",
  },
  {
    // Of a module that is in no file of its own.
    pattern: /A definition for option `([^']+)' is not of type `(.+?)'[.:][^\n]*\n\s*- In `<unknown-file>'/u,
    code: "E_EVALUATION",
    message: "the option $1 has the wrong type",
    hint: "expected: $2",
  },
  {
    pattern:
      /A definition for option `([^']+)' is not of type `(.+?)'[.:][^\n]*\n\s*- In `(?:\/nix\/store\/[0-9a-z]{32}-source\/)?([^']+)'/u,
    code: "E_EVALUATION",
    message: "the option $1 has the wrong type in $3",
    hint: "expected: $2",
  },
  {
    pattern:
      /In module `(?:\/nix\/store\/[0-9a-z]{32}-source\/)?([^']+)', you're trying to define a value of type `([^']+)'\s+rather than an attribute set for the option\s+`([^']+)'/u,
    code: "E_EVALUATION",
    message: "the option $3 has the wrong type in $1: $2",
    hint: "$3 is a set of options, each to be set by itself",
  },
  {
    pattern:
      /The option `([^']+)' (?:has conflicting definition values|is defined (?:more than once|multiple times))[^\n]*\n\s*- In `(?:\/nix\/store\/[0-9a-z]{32}-source\/)?([^']+)'[^]*?\n\s*- In `(?:\/nix\/store\/[0-9a-z]{32}-source\/)?([^']+)'/u,
    code: "E_EVALUATION",
    message: "the option $1 has one value in $2 and another in $3",
    hint: "take one of them out, or say which wins with lib.mkForce",
  },
  {
    pattern: /Failed assertions:\s*\n\s*- ([^\n]+)/u,
    code: "E_EVALUATION",
    message: "an assertion failed: $1",
    hint: "the modules that make the assertion say what they need",
  },
  {
    pattern: /The option `([^']+)' does not exist/u,
    code: "E_EVALUATION",
    message: "the option $1 does not exist",
    hint: "its name is misspelt, or the module that declares it is not imported",
  },
  {
    pattern: /The option `([^']+)' was accessed but has no value defined/u,
    code: "E_EVALUATION",
    message: "the option $1 has no value",
    hint: "set it in the host's configuration",
  },
];
