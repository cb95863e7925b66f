// Which file or flake is the fleet: the nearest upwards, or what was named.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findFleet, namedFleet } from "./find-fleet.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "find-fleet-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** An empty file, and the directories on its way. */
function put(...words: readonly string[]): string {
  const path = join(directory, ...words);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "");
  return path;
}

test("the nearest directory wins, and in one a flake over a hive", () => {
  const hive = put("hive.nix");
  put("flake", "flake.nix");
  put("flake", "hive.nix");
  mkdirSync(join(directory, "modules"));
  expect(findFleet(join(directory, "modules"))).toEqual({ kind: "file", reference: hive });
  expect(findFleet(join(directory, "flake"))).toEqual({ kind: "flake", reference: join(directory, "flake") });
});

test("a directory that is named stands for its flake.nix, default.nix or hive.nix, in this order", () => {
  const hive = put("hive.nix");
  expect(namedFleet(".", directory)).toEqual({ kind: "file", reference: hive });
  put("default.nix");
  expect(namedFleet(".", directory)).toEqual({ kind: "file", reference: directory });
  put("flake.nix");
  expect(namedFleet(".", directory)).toEqual({ kind: "flake", reference: "." });
});

test("a file that is named is read as it is, and a flake.nix as its flake", () => {
  const file = put("fleet", "machines.nix");
  put("fleet", "flake.nix");
  expect(namedFleet("fleet/machines.nix", directory)).toEqual({ kind: "file", reference: file });
  expect(namedFleet("fleet/flake.nix", directory)).toEqual({ kind: "flake", reference: join(directory, "fleet") });
});

test.each(["", "github:ana/infra", "not-there.nix", "empty"])("%j is left to Nix", (reference) => {
  mkdirSync(join(directory, "empty"));
  expect(namedFleet(reference, directory)).toEqual({ kind: "flake", reference });
});
