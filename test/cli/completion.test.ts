// Completion: what the shells are told, and that it comes from the cache alone.
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { recallFleet, rememberFleet } from "../../src/cli/completion/completion-cache.ts";
import { shells } from "../../src/cli/completion/shells.ts";
import { HostName } from "../../src/domain/host-name.ts";
import { runFlotilla } from "./run-flotilla.ts";

let directory: string;
let env: Record<string, string>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "flotilla-completion-"));
  env = { XDG_CACHE_HOME: join(directory, "cache") };
  await writeFile(join(directory, "flake.nix"), "{ }");
  await rememberFleet(env, directory, null, { hosts: ["web-1", "web-2", "db-1"], tags: ["web"] });
  await rememberFleet(env, directory, "github:ana/infra", { hosts: ["edge-1"], tags: [] });
});

afterEach(() => rm(directory, { recursive: true }));

async function proposed(...words: readonly string[]): Promise<readonly string[]> {
  const { stdout, stderr, exitStatus } = await runFlotilla(["__complete", "--", ...words], { env, cwd: directory });
  expect({ stderr, exitStatus }).toEqual({ stderr: "", exitStatus: 0 });
  return stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.split("\t")[0] ?? ""]));
}

test("selections without a flag, and the flags of other tools", async () => {
  expect(await proposed("deploy", "boot", "web")).toEqual(["web-1", "web-2"]);
  expect(await proposed("deploy", "--magic-rollback", "")).toEqual(["true", "false"]);
  expect(await proposed("apply", "--no-gz")).toEqual(["--no-gzip"]);
  expect(await proposed("apply-local", "--node", "db")).toEqual(["db-1"]);
});

test("commands", async () => {
  expect(await proposed("h")).toEqual(["hosts", "history"]);
  expect(await proposed("")).toContain("deploy");
});

test("commands of two words, their flags and hosts", async () => {
  expect(await proposed("disk", "")).toEqual(["plan", "apply", "mount", "unmount", "verify"]);
  expect(await proposed("disk", "p")).toEqual(["plan"]);
  expect(await proposed("disk", "plan", "--flake", "github:ana/infra", "e")).toEqual(["edge-1"]);
  expect(await proposed("disk", "apply", "--mo")).toEqual(["--mount-point", "--mode"]);
});

test("flags, goals, shells and places to build", async () => {
  expect(await proposed("deploy", "--copy-p")).toEqual(["--copy-parallel"]);
  expect(await proposed("deploy", "s")).toEqual(["switch"]);
  expect(await proposed("completions", "z")).toEqual(["zsh"]);
  expect(await proposed("deploy", "--build-on", "")).toEqual(["local", "target", "target-flake"]);
  expect(await proposed("deploy", "--build-on=l")).toEqual(["--build-on=local"]);
});

test("hosts and selections, of the nearest flake or the one that --flake names", async () => {
  expect(await proposed("ssh", "web")).toEqual(["web-1", "web-2"]);
  expect(await proposed("deploy", "--on", "")).toEqual(["web-1", "web-2", "db-1", "@web", "@failed", "@changed"]);
  expect(await proposed("deploy", "--on", "db-1,!w")).toEqual(["db-1,!web-1", "db-1,!web-2"]);
  expect(await proposed("deploy", "--on", "db-1,@")).toEqual(["db-1,@web", "db-1,@failed", "db-1,@changed"]);
  expect(await proposed("deploy", "--on", "@web+!db")).toEqual(["@web+!db-1"]);
  expect(await proposed("deploy", "--flake", "github:ana/infra", "--on", "e")).toEqual(["edge-1"]);
  expect(await proposed("apply", "-f", "github:ana/infra", "--on", "e")).toEqual(["edge-1"]);
  expect(await proposed("apply", "--config=github:ana/infra", "--on", "e")).toEqual(["edge-1"]);
  expect(await proposed("deploy", "--flake=github:ana/infra", "--on", "e")).toEqual(["edge-1"]);
});

test("`flotilla hosts` leaves what completion knows, unless it listed a part", async () => {
  const row = {
    host: HostName.parse("new-1"),
    target: null,
    tags: ["new"],
    system: null,
    version: null,
    problem: null,
  };
  const world = { env, cwd: directory, useCases: { hosts: async () => ({ rows: [row], exitStatus: 0 }) } };
  await runFlotilla(["hosts", "--on", "new-1"], world);
  expect(await proposed("ssh", "")).toContain("web-1");
  await runFlotilla(["hosts"], world);
  expect(await proposed("deploy", "--on", "")).toEqual(["new-1", "@new", "@failed", "@changed"]);
});

test("past a pair flag, finished or not", async () => {
  expect(await proposed("deploy", "--option", "cores", "2", "--show")).toEqual(["--show-trace"]);
  expect(await proposed("deploy", "--option", "")).toEqual([]);
});

test("nothing where the line makes no sense", async () => {
  expect(await proposed("deplyo", "--on", "")).toEqual([]);
  expect(await proposed()).toEqual([]);
});

test("a cache that is missing, broken or hostile proposes nothing of it", async () => {
  expect(await recallFleet(env, "/nowhere", null)).toEqual({ hosts: [], tags: [] });
  const caches = join(directory, "cache", "flotilla", "completion");
  for (const text of ["", "null", '{"hosts":[1,"$(reboot)","-x","ok"],"tags":"x"}']) {
    for (const file of await readdir(caches)) await writeFile(join(caches, file), text);
    expect((await recallFleet(env, directory, null)).hosts).toEqual(text.includes("ok") ? ["ok"] : []);
  }
});

test("a cache that cannot be written fails nothing", async () => {
  const unwritable = { XDG_CACHE_HOME: join(directory, "flake.nix") };
  await rememberFleet(unwritable, directory, null, { hosts: ["web-1"], tags: [] });
  expect(await recallFleet(unwritable, directory, null)).toEqual({ hosts: [], tags: [] });
});

test.each(shells)("the script of %s", async (shell) => {
  expect((await runFlotilla(["completions", shell])).stdout).toMatchSnapshot();
});
