import fc from "fast-check";
import { expect, test } from "vitest";
import { diskPicture, type DiskPictureOptions } from "./disk-picture.ts";
import { displayWidth } from "./display-width.ts";
import * as plans from "./fixtures/disk-plans.ts";
import { paintFor } from "./paint.ts";
import { shareColumns } from "./share-columns.ts";
import { asciiSymbols, unicodeSymbols } from "./symbols.ts";

const options = (given: Partial<DiskPictureOptions["style"]> = {}, commands = false): DiskPictureOptions => ({
  title: "web-1",
  style: { symbols: unicodeSymbols, paint: paintFor(false), columns: 80, ...given },
  commands,
});
const shown = (lines: readonly string[]): string => `\n${lines.join("\n")}\n`;

test("a disk with data that is to be wiped, beside one that is not touched", () => {
  expect(shown(diskPicture(plans.wipePlan, options()))).toMatchSnapshot();
});

test("two disks in an array, in signs that every terminal has", () => {
  expect(shown(diskPicture(plans.mirrorPlan, options({ symbols: asciiSymbols, columns: 60 })))).toMatchSnapshot();
});

test("what is added to a disk and what grows, and why not", () => {
  expect(shown(diskPicture(plans.changePlan, options({ columns: 100 })))).toMatchSnapshot();
});

test("disks that are as they should be", () => {
  expect(shown(diskPicture(plans.settledPlan, options()))).toMatchSnapshot();
});

test("commands are shown whole, however narrow the terminal is", () => {
  const narrow = diskPicture(plans.wipePlan, options({ columns: 30 }, true));
  expect(narrow).toContain("     sgdisk --clear --new=1:0:+500M --new=2:0:-0 /dev/vda");
});

test("the colour of what is lost is on what is lost alone", () => {
  const red = (line: string): boolean => line.includes("\u001B[31m");
  const lines = diskPicture(plans.wipePlan, options({ paint: paintFor(true) }));
  const coloured = lines.filter(red).join("\n");
  for (const words of ["vda1", "vda2", "vda3", "all that is on it is lost", "wipe /dev/vda"]) {
    expect(coloured).toContain(words);
  }
  expect(coloured).not.toMatch(/ESP|crypted|sgdisk|vdb/u);
});

test("whatever stands on a disk is shown whole, on one line, and steers nothing", () => {
  const lines = diskPicture(plans.hostilePlan, options({ columns: 400 }));
  expect(lines.filter((line) => /[\p{Cc}\p{Cf}]/u.test(line))).toEqual([]);
  const whole = `gone<script>alert("1")</script>'"& second line`;
  const about = lines.filter((line) => line.includes("gone"));
  expect(about.length).toBeGreaterThan(8);
  expect(about.filter((line) => !line.includes(whole) && !line.includes(`"&`))).toEqual([]);
});

test("no line of the picture is wider than the terminal", () => {
  fc.assert(
    fc.property(fc.integer({ min: 12, max: 200 }), fc.constantFrom(...Object.keys(symbolSets)), (columns, set) => {
      const symbols = set === "ascii" ? symbolSets.ascii : symbolSets.unicode;
      for (const plan of [plans.wipePlan, plans.mirrorPlan, plans.changePlan, plans.hostilePlan]) {
        const drawn = diskPicture({ ...plan, steps: [], refusals: [] }, options({ columns, symbols }));
        for (const line of drawn) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
      }
    }),
  );
});

const symbolSets = { ascii: asciiSymbols, unicode: unicodeSymbols };

test("columns are shared to the last one, each gets what can be seen, and the larger never gets less", () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 2 ** 50 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 40, max: 300 }), (sizes, columns) => {
      const shares = shareColumns(sizes, columns, 3);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(columns);
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(Math.min(3, Math.floor(columns / sizes.length)));
      const bySize = [...sizes.keys()].toSorted((one, other) => (sizes[one] ?? 0) - (sizes[other] ?? 0));
      const ordered = bySize.map((index) => shares[index] ?? 0);
      // Rounding may give equal neighbours a column more or less.
      expect(ordered.filter((share, index) => share > (ordered[index + 1] ?? Infinity) + 1)).toEqual([]);
    }),
  );
});
