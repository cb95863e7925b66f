import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import { spawnRunner } from "../../process/spawn-runner.ts";
import { diskScript } from "../disk-script.ts";
import type { DiskStep } from "../disk-plan.ts";
import { layoutDevices } from "../layout-devices.ts";
import { DiskLayout } from "../layout.ts";
import { askedPassphrases } from "../passphrases.ts";
import { readLayout } from "../read-layout.ts";
import { resolveLayout } from "../resolve-layout.ts";
import { createSteps } from "./create-steps.ts";

const fixture = (name: string): DiskLayout =>
  readLayout(
    JSON.parse(readFileSync(new URL(`../fixtures/layouts/${name}.json`, import.meta.url), "utf8")),
    "disko.devices",
  );

const shown = (steps: readonly DiskStep[]): string =>
  steps.map(({ commands, kind, title }) => [`${kind}: ${title}`, ...commands, ""].join("\n")).join("\n");

test.each(["encrypted-volumes", "mirrored", "pool", "subvolumes", "table"])(
  "%s is made by these steps",
  async (name) => {
    await expect(shown(createSteps(fixture(name), "/mnt"))).toMatchFileSnapshot(
      `../fixtures/layouts/${name}.steps.txt`,
    );
  },
);

test("passphrases that no file holds are asked for", () => {
  expect(askedPassphrases(fixture("encrypted-volumes"))).toEqual([
    { kind: "luks", name: "data", file: "/run/flotilla-install/passphrases/luks-data" },
  ]);
  expect(askedPassphrases(fixture("pool"))).toEqual([
    { kind: "zfs", name: "tank/home", file: "/run/flotilla-install/passphrases/zfs-tank%2Fhome" },
  ]);
});

let place = "";
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "flotilla-steps-"));
});
afterAll(() => rm(place, { recursive: true, force: true }));

// Programs that are shell functions, and record their words; a device is as empty as it is after it was wiped.
const programs = [
  ["sgdisk", "parted", "wipefs", "mkswap", "pvcreate", "vgcreate", "lvcreate", "mdadm", "cryptsetup", "zpool", "zfs"],
  ["btrfs", "bcachefs", "mount", "umount", "modprobe", "partprobe", "udevadm", "zvol_wait", "blkid", "sfdisk", "mkfs"],
].flat();
const stubs = [
  'record() { for word in "$@"; do printf \'%s\\0\' "$word" >>"$record"; done; printf \'\\0\\0\' >>"$record"; }',
  ...programs.map((program) => `${program}() { record ${program} "$@"; }`),
  "signature() { :; }",
  "vgs() { return 5; }",
  "lvs() { return 5; }",
  'zpool() { record zpool "$@"; [ "$1" != list ]; }',
  'zfs() { record zfs "$@"; [ "$2" != type ]; }',
  'btrfs() { record btrfs "$@"; [ "$2" != show ]; }',
  'cryptsetup() { record cryptsetup "$@"; [ "$1" != status ] && [ "$2" != --test-passphrase ]; }',
  "mkdir() { :; }",
  "rmdir() { :; }",
  "mktemp() { echo /top; }",
  'passphrase_from() { shift; "$@"; }',
  'input_from() { shift; "$@"; }',
  'appear() { record appear "$@"; }',
  'empty_new() { record empty_new "$@"; }',
].join("\n");

/** What each program was called with, when the steps run where nothing is on the disks yet. */
async function callsOf(steps: readonly DiskStep[]): Promise<readonly (readonly string[])[]> {
  const record = join(place, "record");
  await writeFile(record, "");
  // Names of functions have no dots.
  const script = diskScript(steps).replaceAll(/ with mkfs\.[\w.+-]+/gu, " with mkfs");
  const first = script.indexOf("\nbegin 1 ");
  const text = first < 0 ? script : `${script.slice(0, first)}\n${stubs}\n${script.slice(first)}`;
  const { exitCode, stderr } = await spawnRunner().run({
    file: "dash",
    args: ["-s"],
    stdin: text,
    env: { record },
    cwd: place,
    deadline: 30_000,
  });
  // What could not be seen before, such as the way that a subvolume's name leads, a step refuses itself.
  expect(exitCode === 0 ? "" : stderr).toMatch(exitCode === 0 ? /^$/u : /^flotilla-disk: error: /u);
  return (await readFile(record, "utf8"))
    .split("\0\0\0")
    .filter((call) => call !== "")
    .map((call) => call.split("\0"));
}

const nasty = [
  ["'", '"', "a'b\"c", "`touch canary`", "$(touch canary)", "; touch canary", "a\nb", "\\", "$IFS", "*", "~", "-rf"],
  [
    "--",
    "-",
    "",
    "ä ö",
    "🚢",
    "/dev/sdz",
    "/dev/../dev/sdz",
    "a b",
    "\\x20",
    "%s",
    "!",
    "#",
    "&&",
    "|",
    ">canary",
    "\t",
  ],
].flat();
const odd = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom("a", "main", "data-1") },
  { weight: 3, arbitrary: fc.constantFrom(...nasty) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
);
const plain = fc.constantFrom("a", "b1", "data-1", "x_y");

/** A name of a device: mostly one that could be one, else nothing else would be reached. */
const name = fc.oneof({ weight: 12, arbitrary: plain }, { weight: 1, arbitrary: odd });

const oddLayout = fc
  .record({
    disk: name,
    part: odd,
    label: odd,
    luks: name,
    group: name,
    volume: name,
    array: name,
    pool: name,
    dataset: odd,
    value: odd,
    args: fc.array(odd, { maxLength: 3 }),
    file: odd,
    subvolume: odd,
    start: fc.oneof({ weight: 9, arbitrary: fc.constant("0") }, { weight: 1, arbitrary: odd }),
  })
  .map((o): unknown => ({
    disk: {
      [o.disk]: {
        device: "/dev/disk/by-id/first",
        content: {
          type: "gpt",
          partitions: {
            [`p${o.part}`]: { size: "1G", label: o.label, start: o.start, content: { type: "mdraid", name: "a" } },
            luks: {
              size: "1G",
              content: {
                type: "luks",
                name: o.luks,
                settings: { keyFile: `/${o.file}` },
                additionalKeyFiles: [`/${o.value}`],
                extraFormatArgs: o.args.filter((word) => !word.includes("/dev")),
                content: { type: "lvm_pv", vg: "g" },
              },
            },
            [`s${o.part}`]: { size: "1G", content: { type: "swap" } },
            btrfs: {
              content: {
                type: "btrfs",
                subvolumes: { [o.subvolume]: { swap: { [o.value]: { size: "1G" } } } },
              },
            },
          },
        },
      },
      [`${o.disk}2`]: { device: "/dev/second", content: { type: "zfs", pool: "p" } },
      third: {
        device: "/dev/third",
        content: {
          type: "table",
          partitions: [
            {
              name: o.label,
              content: {
                type: "filesystem",
                format: "ext4",
                device: "/dev/third1",
                extraArgs: o.args.filter((word) => !word.includes("/dev")),
              },
            },
          ],
        },
      },
    },
    mdadm: { a: { name: o.array, content: { type: "filesystem", format: "xfs" } } },
    lvm_vg: { g: { name: o.group, lvs: { v: { name: o.volume, size: "1G", content: { type: "swap" } } } } },
    zpool: {
      p: {
        name: o.pool,
        rootFsOptions: { [`o${o.value}`]: o.value },
        datasets: { [o.dataset]: { type: "zfs_fs", options: { x: o.value } } },
      },
    },
  }));

test("no layout, however odd, yields a command on a device that it does not name, nor a word that a shell reads", async () => {
  let made = 0;
  await fc.assert(
    fc.asyncProperty(oddLayout, async (json) => {
      const parsed = DiskLayout.safeParse(resolveLayout(json));
      if (!parsed.success) return;
      const steps = stepsOrNone(parsed.data);
      if (steps === null) return;
      made += 1;
      const known = layoutDevices(parsed.data);
      const devices = (await callsOf(steps)).flat().filter((word) => word.startsWith("/dev/"));
      expect(devices.filter((device) => !known.has(device))).toEqual([]);
      expect(steps.flatMap((step) => step.device ?? []).filter((device) => !known.has(device))).toEqual([]);
      await expect(readFile(join(place, "canary"))).rejects.toThrow("ENOENT");
    }),
    { numRuns: 60 },
  );
  expect(made).toBeGreaterThan(10);
}, 120_000);

/** A layout may be refused, but only by a mistake that is named. */
function stepsOrNone(layout: DiskLayout): readonly DiskStep[] | null {
  try {
    return createSteps(layout, "/mnt");
  } catch (error) {
    if (error instanceof FlotillaError) return null;
    throw error;
  }
}

test("arguments arrive as they were written", async () => {
  const calls = await callsOf(createSteps(fixture("encrypted-volumes"), "/mnt"));
  expect(calls).toContainEqual(["mkfs", "-n", "BOOT DISK", "/dev/disk/by-partlabel/disk-main-boot"]);
  expect(calls).toContainEqual(["lvcreate", "--yes", "-l", "50%FREE", "-n", "thin", "--type=thin-pool", "store"]);
  expect(calls.filter(([program, first]) => program === "sgdisk" && first !== "--zap-all")).toHaveLength(1);
});
