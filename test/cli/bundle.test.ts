// The program as people get it: one bundle that needs nothing beside it but the package's own files.
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, matchesGlob } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "../../scripts/build.ts";

const root = join(import.meta.dirname, "../..");
const execute = promisify(execFile);
let directory: string;
let dist: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "flotilla-bundle-"));
  dist = join(directory, "dist");
  await mkdir(dist);
  await bundle(dist);
  await cp(join(root, "package.json"), join(directory, "package.json"));
});
afterAll(() => rm(directory, { recursive: true }));

test("it runs where no dependency is", async () => {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const program = join(dist, "flotilla.js");
  expect(await execute(program, ["--version"])).toEqual({ stdout: `${version}\n`, stderr: "" });
  const { stdout } = await execute(program, ["history", "--json"], {
    env: { ...process.env, XDG_STATE_HOME: directory },
  });
  expect(JSON.parse(stdout)).toEqual([]);
});

test("an old Node reads no more than the guard in front", async () => {
  const front = await readFile(join(dist, "flotilla.js"), "utf8");
  expect(front).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect(front).not.toMatch(/^import[ {"]/m);
  expect(front).not.toContain("await");
});

test("--version loads neither zod nor the commands", async () => {
  const loaded = (await execute(process.execPath, ["--import", tracer, join(dist, "flotilla.js"), "--version"])).stderr;
  const sizes = await Promise.all(
    [...new Set(loaded.match(/[\w-]+\.js/g))].map(async (name) => (await readFile(join(dist, name))).length),
  );
  expect(sizes.length).toBeGreaterThan(1);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(10_000);
});

/** Writes the name of every file of the bundle that is loaded to stderr. */
const tracer = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({ load(url, context, next) { if (url.includes("/dist/")) console.error(url); return next(url, context); } });
`)}`;

test("every file that the program reads is in the package", async () => {
  const { files } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const sources = (await readdir(join(root, "src"), { recursive: true })).filter(
    (name) => name.endsWith(".ts") && !name.includes(".test"),
  );
  const texts = await Promise.all(sources.map((name) => readFile(join(root, "src", name), "utf8")));
  const assets = texts.flatMap((text) =>
    [...text.matchAll(/(?:readAsset|assetPath)\("([^"]+)"\)/g)].map(([, path = ""]) => path),
  );
  expect(assets).toContain("src/activation/guard/main.sh");
  const isPacked = (path: string) =>
    path === "package.json" || files.some((entry: string) => path.startsWith(`${entry}/`) || matchesGlob(path, entry));
  expect(assets.filter((path) => !isPacked(path))).toEqual([]);
});
