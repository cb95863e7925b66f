import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSelection } from "./read-selection.ts";

const stdin = async (): Promise<string> => "db-*\n";
const unnarrowed = { on: null, onFile: null, every: 1, limit: null };
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-selection-"));
  writeFileSync(join(directory, "hosts.txt"), "# the web\nweb-*\n!web-03\n");
  writeFileSync(join(directory, "empty.txt"), "# nobody\n");
});
afterAll(() => rmSync(directory, { recursive: true }));

test.each([
  [{}, ""],
  [{ on: "@web" }, "@web"],
  [{ onFile: "hosts.txt" }, "web-*,!web-03"],
  [{ on: "@db", onFile: "./hosts.txt" }, "@db,web-*,!web-03"],
  [{ onFile: "-" }, "db-*"],
])("%j means %j", async (words, text) => {
  expect((await readSelection({ ...unnarrowed, ...words }, directory, stdin)).text).toBe(text);
});

test("how many is part of it", async () => {
  expect(await readSelection({ ...unnarrowed, every: 2, limit: 3 }, directory, stdin)).toMatchObject({
    every: 2,
    limit: 3,
  });
});

test("an empty file never means every host", async () => {
  await expect(readSelection({ ...unnarrowed, onFile: "empty.txt" }, directory, stdin)).rejects.toMatchObject({
    code: "E_SELECTION",
  });
});

test("a file that is not there is said to be", async () => {
  await expect(readSelection({ ...unnarrowed, onFile: "none.txt" }, directory, stdin)).rejects.toMatchObject({
    code: "E_USAGE",
    message: expect.stringContaining("none.txt"),
  });
});
