import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtPaths } from "./built-paths.ts";

const inStore = (name: string): string => `/nix/store/${"a".repeat(32)}-${name}`;
const disko = inStore("disko");
const system = inStore("system");
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "built-paths-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test("links that a build leaves lead to the store", async () => {
  await symlink(disko, join(directory, "result-disko"));
  await symlink("result-disko", join(directory, "latest"));
  expect(await builtPaths({ disko: "./latest", system }, directory)).toEqual({ disko, system });
});

test.each(["./nothing", "/etc/passwd", "./loop", "/nix/store/../../etc/passwd"])("%s is refused", async (path) => {
  await symlink("loop", join(directory, "loop")).catch(() => {});
  const refused = builtPaths({ disko: path, system }, directory);
  await expect(refused).rejects.toMatchObject({ code: "E_USAGE", message: expect.stringContaining(path) });
});
