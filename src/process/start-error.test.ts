import { expect, test } from "vitest";
import { startError } from "./start-error.ts";

const failed = (code: string): Error => Object.assign(new Error(`spawn ${code}`), { code });

test.each([
  ["nix", "ENOENT", "E_NIX_MISSING"],
  ["ssh-add", "ENOENT", "E_SSH_MISSING"],
  ["git", "ENOENT", "E_COMMAND"],
  // A directory of the PATH that the user may not search hides that the program is in none of them.
  ["nix", "EACCES", "E_NIX_MISSING"],
  // A program named by its path is there, and may not be run.
  ["/opt/nix", "EACCES", "E_COMMAND"],
  ["nix", "E2BIG", "E_COMMAND"],
])("%s with %s is %s", (file, code, expected) => {
  expect(startError({ file }, failed(code)).code).toBe(expected);
});

test("says of a program that may not be run that it could not be started, not that it is missing", () => {
  expect(startError({ file: "/opt/nix" }, failed("EACCES")).message).toContain("could not be started");
});
