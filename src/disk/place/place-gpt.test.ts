import { expect, test } from "vitest";
import type { Gpt } from "../layout.ts";
import { readLayout } from "../read-layout.ts";
import { placeContent } from "./place-content.ts";
import { placeGpt } from "./place-gpt.ts";
import { sectorValue } from "./sector-value.ts";

const gibibyte = 1024 ** 3;

function gptOf(partitions: Readonly<Record<string, object>>): Gpt {
  const { disk } = readLayout({ disk: { d: { device: "/dev/d", content: { type: "gpt", partitions } } } }, "x");
  const content = disk["d"]?.content;
  if (content?.type !== "gpt") throw new Error("no GPT");
  return content;
}

const sectors = (gpt: Gpt, size: number, sectorSize = 512): readonly (readonly number[])[] =>
  placeGpt(gpt, { size, sectorSize }).partitions.map(({ end, start }) => [start, end]);

// The numbers are what sgdisk 1.0.9 has put on files of these sizes.
test("partitions lie where sgdisk puts them", () => {
  const usual = gptOf({ bios: { size: "1M", type: "EF02" }, esp: { size: "512M" }, root: { size: "100%" } });
  expect(sectors(usual, 20 * gibibyte)).toEqual([
    [2048, 4095],
    [4096, 1_052_671],
    [1_052_672, 41_940_991],
  ]);
  const uneven = gptOf({ a: { size: "333K" }, b: { size: "100M" }, c: { end: "-8M" }, d: { size: "100%" } });
  expect(sectors(uneven, 1_000_003_584)).toEqual([
    [2048, 2713],
    [4096, 208_895],
    [208_896, 1_935_359],
    [1_935_360, 1_951_743],
  ]);
  const unaligned = gptOf({ a: { start: "34", end: "2047s", priority: 1 }, b: { size: "100%", alignment: 2048 } });
  expect(sectors(unaligned, 100 * 1024 ** 2)).toEqual([
    [34, 2047],
    [2048, 202_751],
  ]);
});

test("a disk with sectors of 4 KiB is aligned to 1 MiB as well", () => {
  expect(sectors(gptOf({ a: { size: "1M" }, b: { size: "100%" } }), gibibyte, 4096)).toEqual([
    [256, 511],
    [512, 261_887],
  ]);
});

test("what does not fit is said, with numbers", () => {
  const gpt = gptOf({ esp: { size: "512M" }, root: { size: "8G" } });
  const { misfit, partitions } = placeGpt(gpt, { size: 4 * gibibyte, sectorSize: 512 });
  expect(partitions.map(({ name }) => name)).toEqual(["esp"]);
  expect(misfit).toBe("the partition root (8G) does not fit: of 4 GiB, 3.5 GiB are free in one piece");
});

test("partitions that are there stay, and the others go into the largest gap", () => {
  const gpt = gptOf({ a: { size: "1G" }, b: { size: "1G" } });
  const existing = [{ number: 1, start: 8_388_608, end: 10_485_759 }];
  const { partitions } = placeGpt(gpt, { size: 20 * gibibyte, sectorSize: 512 }, existing);
  expect(partitions).toEqual([
    { number: 1, name: "a", start: 8_388_608, end: 10_485_759 },
    { number: 2, name: "b", start: 10_485_760, end: 12_582_911 },
  ]);
});

test.each([
  ["0", 5000],
  ["", 5000],
  ["2048", 2048],
  ["2048s", 2048],
  ["1M", 2048],
  ["1m", 2048],
  ["1.9M", 2048],
  ["+1M", 1000 + 2047],
  ["-1K", 4998],
  ["-0", 5000],
  ["1T", 2_147_483_648],
  ["x", null],
  ["-1M1", 5000 - 2048],
  ["-9999999", null],
])("%j is sector %j", (value, sector) => {
  expect(sectorValue(value, { sectorSize: 512, low: 1000, high: 5000, alignment: 2048, otherwise: 5000 })).toBe(sector);
});

test("a picture has all of the disk: partitions, and what is free", () => {
  const gpt = gptOf({
    esp: { size: "512M", content: { type: "filesystem", format: "vfat", mountpoint: "/boot" } },
    root: { end: "-4G", content: { type: "luks", name: "vault", content: { type: "swap" } } },
  });
  const { misfit, parts } = placeContent(gpt, { size: 20 * gibibyte, sectorSize: 512 });
  expect(misfit).toBeNull();
  expect(parts.map(({ content, name, size }) => [name, size, ...content])).toEqual([
    ["esp", 512 * 1024 ** 2, "vfat /boot"],
    ["root", 16_640_901_120, "luks vault", "swap"],
    ["free", 4_296_015_872],
  ]);
});
