import { expect, test } from "vitest";
import { formatBytes, formatBytesOf } from "./format-bytes.ts";
import { formatDuration, formatWholeDuration, spellDuration } from "./format-duration.ts";

const mebibyte = 1024 ** 2;

test.each([
  [0, "0.0s"],
  [9.84, "9.8s"],
  [14.2, "14.2s"],
  [59.94, "59.9s"],
  [59.96, "1m00s"],
  [125, "2m05s"],
  [3720, "1h02m"],
  [3 * 86_400 + 4 * 3600, "3d04h"],
  [-1, "0.0s"],
])("%d seconds are %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test("what still counts does so in whole seconds", () => {
  expect([0, 9.6, 59.4, 61].map(formatWholeDuration)).toEqual(["0s", "10s", "59s", "1m01s"]);
});

test("in a sentence, the largest unit is enough", () => {
  expect([24, 185, 7300, 86_400, 200_000].map(spellDuration)).toEqual(["24 s", "3 min", "2 h", "1 day", "2 days"]);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 KiB"],
  [24 * mebibyte, "24 MiB"],
  [1.44 * 1024 * mebibyte, "1.4 GiB"],
  [9.96 * mebibyte, "10 MiB"],
  [3 * 1024 ** 5, "3072 TiB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test("a part and its whole share the unit, and the part does not move what follows", () => {
  expect(formatBytesOf(182 * mebibyte, 260 * mebibyte)).toBe("182 / 260 MiB");
  expect(formatBytesOf(7 * mebibyte, 260 * mebibyte)).toBe("  7 / 260 MiB");
  expect(formatBytesOf(0.5 * mebibyte, 1.5 * mebibyte)).toBe("0.5 / 1.5 MiB");
});
