import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitLines } from "./line-splitter.ts";

function linesOf(chunks: readonly Uint8Array[]): string[] {
  const lines: string[] = [];
  const splitter = splitLines((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.flush();
  return lines;
}

describe("splitLines", () => {
  it("gives the same lines wherever the stream is cut, also within a character", () => {
    const text = fc.array(fc.string({ unit: "grapheme" }).map((line) => line.replaceAll(/[\r\n]/g, "")));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 7 }), (lines, size) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
        expect(linesOf(chunks)).toEqual(lines);
      }),
    );
  });

  it.each([
    ["a\nb", ["a", "b"]],
    ["a\r\nb\r\n", ["a", "b"]],
    ["", []],
    ["\n", [""]],
  ])("splits %j", (text, lines) => {
    expect(linesOf([Buffer.from(text)])).toEqual(lines);
  });

  it("hands on a line that does not end, in pieces", () => {
    const seen: number[] = [];
    const splitter = splitLines((line) => seen.push(line.length));
    for (let i = 0; i < 40; i += 1) splitter.push(Buffer.alloc(10_000, "x"));
    expect(seen).toEqual(Array<number>(6).fill(65_536));
    splitter.flush();
    expect(seen.reduce((sum, length) => sum + length, 0)).toBe(400_000);
  });

  it("cuts a long line that arrives whole", () => {
    expect(linesOf([Buffer.from(`${"x".repeat(70_000)}\n`)]).map((line) => line.length)).toEqual([65_536, 4_464]);
  });
});
