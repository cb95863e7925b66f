import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HostName } from "../domain/host-name.ts";
import type { FleetFormName } from "../nix/forms/fleet-form.ts";
import type { FleetSource } from "../nix/fleet-source.ts";
import { rootsOfRun } from "./roots-of-run.ts";

let place = "";
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), "flotilla-roots-of-run-"));
});
afterEach(() => rm(place, { recursive: true }));

const flake = (locked: string): FleetSource => ({
  kind: "flake",
  reference: "flake",
  locked,
  fingerprint: locked,
  revision: null,
  dirty: false,
  directory: join(place, "fleet"),
});

/** What is decided for a flake in `fleet` whose operator is in `work`; places below ours begin with a dot. */
async function decided(
  wish: { keepResult: boolean; resultPath?: string },
  form: FleetFormName = "colmena",
  locked = "git+file:///fleet?rev=1",
) {
  const warnings: string[] = [];
  const outline = { members: [{ name: HostName.parse("web"), form }] };
  const { rootNames, roots } = await rootsOfRun(
    { resultPath: null, ...wish },
    { outline, source: flake(locked) },
    { directory: join(place, "work"), state: join(place, "state"), warn: (message) => warnings.push(message) },
  );
  return { rootNames, roots: roots?.replace(place, "."), warned: warnings.length > 0 };
}

test.each([
  [{ keepResult: false }, "colmena", { rootNames: "own", roots: "./fleet/.gcroots" }],
  [{ keepResult: true }, "colmena", { rootNames: "colmena", roots: "./fleet/.gcroots" }],
  [{ keepResult: true }, "nixosConfigurations", { rootNames: "colmena", roots: "./fleet/.gcroots" }],
  [{ keepResult: true }, "deploy", { rootNames: "deploy-rs", roots: "./work/.deploy-gc" }],
  [{ keepResult: true, resultPath: "kept" }, "deploy", { rootNames: "deploy-rs", roots: "./work/kept" }],
  [{ keepResult: false, resultPath: "kept" }, "deploy", { rootNames: "own", roots: "./work/kept" }],
] as const)("%o, for %s", async (wish, form, expected) => {
  expect(await decided(wish, form)).toEqual({ ...expected, warned: false });
});

test("nothing is written into a flake all of whose directory is its source", async () => {
  const locked = "path:/fleet?narHash=x";
  const state = expect.stringMatching(/^\.\/state\/gcroots\/[0-9a-f]{16}$/u);
  expect(await decided({ keepResult: false }, "colmena", locked)).toEqual({
    rootNames: "own",
    roots: state,
    warned: false,
  });
  expect(await decided({ keepResult: true }, "colmena", locked)).toEqual({
    rootNames: "colmena",
    roots: state,
    warned: true,
  });
  const inside = decided({ keepResult: true, resultPath: "../fleet/kept" }, "colmena", locked);
  await expect(inside).rejects.toMatchObject({ code: "E_USAGE" });
  expect(existsSync(join(place, "fleet"))).toBe(false);
});

test("what was asked for and cannot be written is said", async () => {
  await writeFile(join(place, "fleet"), "in the way");
  await expect(decided({ keepResult: true })).rejects.toMatchObject({
    code: "E_USAGE",
    message: expect.stringContaining("--keep-result"),
  });
  expect(await decided({ keepResult: false })).toMatchObject({ roots: expect.stringContaining("./state/") });
});
