// Evaluates Nix without a store: what the tests of this folder need of Nix.
import { execFileSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../..");

/**
 * The value of an expression, as JSON gives it; throws with what Nix says.
 * In scope: `root` (the repository) and `lib` (the stand-in's).
 */
export function nixInstantiate(expression: string): unknown {
  const text = `let root = ${root}; lib = import ${root}/test/bed/nixpkgs/lib; in ${expression}`;
  const arguments_ = ["--eval", "--strict", "--json", "--store", "dummy://", "--expr", text];
  return JSON.parse(execFileSync("nix-instantiate", arguments_, { encoding: "utf8", stdio: "pipe" }));
}
