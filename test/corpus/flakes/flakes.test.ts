// Flakes as people write them, right and wrong: the hosts that are read, or the one clear error. Each directory is a case;
// `npx vitest run --project bed test/corpus/flakes --update` writes down what is read now.
import { existsSync, readdirSync } from "node:fs";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FleetFormName } from "../../../src/nix/forms/fleet-form.ts";
import { homeConfigurations } from "../../../src/nix/forms/home-configurations.ts";
import { Controller } from "../../bed/controller.ts";
import { setUp } from "../../bed/set-up.ts";
import { readFlake } from "./read-flake.ts";

const root = join(import.meta.dirname, "../../..");
let directory: string;

const read = (
  name: string,
  { form = null, nix = "own" }: { form?: FleetFormName | null; nix?: "own" | "machine" } = {},
) =>
  readFlake(
    { controller: new Controller(join(directory, "home"), null), flotilla: join(directory, "flotilla"), nix },
    join(import.meta.dirname, name),
    form,
  );

beforeAll(async () => {
  await setUp((line) => process.stderr.write(`${line}\n`));
  directory = await mkdtemp(join(tmpdir(), "flotilla-flakes-"));
  for (const part of ["flake.nix", "nix"])
    await cp(join(root, part), join(directory, "flotilla", part), { recursive: true });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const cases = readdirSync(import.meta.dirname).filter((name) =>
  existsSync(join(import.meta.dirname, name, "flake.nix")),
);
const goldenOf = (name: string, file = "read"): string => join(import.meta.dirname, name, `${file}.golden.json`);
const asText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

describe("a flake of the corpus is read as written down:", () => {
  test.each(cases)("%s", async (name) => {
    await expect(asText(await read(name))).toMatchFileSnapshot(goldenOf(name));
  });

  test.each(FleetFormName.options.filter((form) => form !== "colmenaHive"))("several-forms --from %s", async (form) => {
    await expect(asText(await read("several-forms", { form }))).toMatchFileSnapshot(goldenOf("several-forms", form));
  });

  test("several-forms --from a form that it has not", async () => {
    const form = "colmenaHive";
    await expect(asText(await read("several-forms", { form }))).toMatchFileSnapshot(goldenOf("several-forms", form));
  });
});

/** What is said of errors is each Nix's own. */
test.each(["flotilla-output", "homes-with-addresses", "module", "nixos-and-darwin", "profiles", "several-forms"])(
  "the oldest Nix that flotilla works with reads %s in the same way",
  async (name) => {
    const { hosts } = JSON.parse(await readFile(goldenOf(name), "utf8"));
    expect(await read(name, { nix: "machine" })).toMatchObject({ hosts });
  },
);

test("a home that was not asked for keeps no other from being read", async () => {
  const reader = homeConfigurations().hostOfProfiles ?? "";
  const ana = '{ drvPath = "/drv"; outPath = "/out"; }';
  const homes = `{ "ana@desk".activationPackage = ${ana}; "bob@desk" = throw "bob has left"; }`;
  const ask = (wanted: string) => {
    const expression = `(${reader}) [ "${wanted}" ] (${homes}) "desk"`;
    return new Controller(join(directory, "home"), null).run(["nix", "eval", "--json", "--expr", expression]);
  };
  const { stdout } = await ask("home-ana");
  expect(JSON.parse(stdout)).toMatchObject({ profiles: [{ name: "home-ana", derivation: "/drv" }] });
  // All of them say which there are.
  expect((await ask("home-anna")).stderr).toContain("bob has left");
});
