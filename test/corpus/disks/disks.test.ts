// Disks as people declare them, read by our module: each directory is a layout, with all that is made of it.
// `npx vitest run --project bed test/corpus/disks --update` writes down what is read now.
import { readdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { readLayout } from "../../../src/disk/read-layout.ts";
import { Controller } from "../../bed/controller.ts";
import { setUp } from "../../bed/set-up.ts";

const root = join(import.meta.dirname, "../../..");
const cases = readdirSync(import.meta.dirname, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
const Reading = z.object({ layout: z.unknown() });
let home: string;

beforeAll(async () => {
  await setUp((line) => process.stderr.write(`${line}\n`));
  home = await mkdtemp(join(tmpdir(), "flotilla-disks-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const evaluate = async (expression: string, nix: "own" | "machine") => {
  const words = ["nix-instantiate", "--eval", "--strict", "--json", "--store", "dummy://", "--expr", expression];
  return new Controller(home, null).run(["env", ...words], { nix });
};
const read = `layout: import ${import.meta.dirname}/read.nix { root = ${root}; inherit layout; }`;

// The oldest Nix that flotilla works with, and a newer one.
describe.each(["own", "machine"] as const)("by the Nix of the %s", (nix) => {
  let readings: Readonly<Record<string, { readonly layout: unknown }>>;

  beforeAll(async () => {
    const attributes = cases.map((name) => `${name} = (${read}) ${import.meta.dirname}/${name}/layout.nix;`);
    const { exitCode, stderr, stdout } = await evaluate(`{ ${attributes.join(" ")} }`, nix);
    if (exitCode !== 0) throw new Error(stderr);
    readings = JSON.parse(stdout);
  });

  test.each(cases)("%s is read as written down, and understood", async (name) => {
    const reading = readings[name];
    const golden = join(import.meta.dirname, name, "read.golden.json");
    await expect(`${JSON.stringify(reading, null, 2)}\n`).toMatchFileSnapshot(golden);
    expect(() => readLayout(reading?.layout, "disko.devices")).not.toThrow();
  });
});

// What a person has written without options of Nix, as diskoConfigurations have it, is filled in by us.
test.each(cases.filter((name) => name !== "merged"))(
  "%s is the same when nothing of Nix has filled it in",
  async (name) => {
    const lib = `import ${root}/test/bed/nixpkgs/lib`;
    const written = `let lib = ${lib}; layout = import ./${name}/layout.nix; in if lib.isFunction layout then layout { inherit lib; } else layout`;
    const { stdout } = await evaluate(
      `(import ${root}/nix/eval/devices.nix) (${written.replace("./", `${import.meta.dirname}/`)}).disko.devices`,
      "own",
    );
    const golden: unknown = JSON.parse(await readFile(join(import.meta.dirname, name, "read.golden.json"), "utf8"));
    const { layout } = Reading.parse(JSON.parse(stdout));
    expect(readLayout(layout, "disko.devices")).toEqual(readLayout(Reading.parse(golden).layout, "disko.devices"));
  },
);

test.each<[string, string, RegExp]>([
  ["no device", 'main.content.type = "gpt";', /`disko\.devices\.disk\.main\.device' was accessed but has no value/],
  [
    "a device that is no path",
    'main.device = "sda";',
    /`disko\.devices\.disk\.main\.device' is not of type `absolute path'/,
  ],
  [
    "an unknown kind",
    'main = { device = "/dev/sda"; content.type = "ext4"; };',
    /`disko\.devices\.disk\.main\.content\.type' is not of type `one of "bcachefs", "btrfs", .*"zfs"'/,
  ],
  [
    "content without a kind",
    'main = { device = "/dev/sda"; content.format = "ext4"; };',
    /`disko\.devices\.disk\.main\.content\.type' was accessed but has no value/,
  ],
  [
    "a table in a partition",
    'main = { device = "/dev/sda"; content = { type = "gpt"; partitions.root.content.type = "gpt"; }; };',
    /partitions\.root\.content\.type' is not of type/,
  ],
  [
    "a size that is none",
    'main = { device = "/dev/sda"; content = { type = "gpt"; partitions.root.size = "512 MB"; }; };',
    /`disko\.devices\.disk\.main\.content\.partitions\.root\.size' is not of type/,
  ],
  [
    "an unknown option",
    'main = { device = "/dev/sda"; content = { type = "filesystem"; format = "ext4"; mountPoint = "/"; }; };',
    /option `disko\.devices\.disk\.main\.content\.mountPoint' does not exist/,
  ],
])("says where there is a mistake: %s", async (_, disk, message) => {
  const { exitCode, stderr } = await evaluate(`(${read}) { disko.devices.disk = { ${disk} }; }`, "own");
  expect(exitCode).not.toBe(0);
  expect(stderr).toMatch(message);
});

test("a system that does not boot from the disks has nothing of them", async () => {
  const layout = `{ imports = [ ${import.meta.dirname}/raid/layout.nix ]; disko.enableConfig = false; }`;
  const { stdout } = await evaluate(`((${read}) ${layout}).nixos`, "own");
  expect(JSON.parse(stdout)).toEqual({});
});
