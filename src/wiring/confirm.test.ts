import { expect, test } from "vitest";
import { confirm } from "./confirm.ts";

function terminal(isTerminal: boolean, ...lines: readonly string[]) {
  const seen: string[] = [];
  const chunks = async function* () {
    for (const line of lines) yield Buffer.from(line);
  };
  const device = {
    isTerminal,
    chunks: chunks(),
    write: (text: string) => seen.push(text),
    close: () => seen.push("closed"),
  };
  return { device, seen };
}

test.each([
  [["y\n"], true],
  [["Y", "es\n"], true],
  [["yes\r", "no\n"], true],
  [["\n"], false],
  [["no\n"], false],
  [["yellow\n"], false],
  [[], false],
])("%j is %j", async (lines, expected) => {
  const { device, seen } = terminal(true, ...lines);
  expect(await confirm("Go on?", device)).toBe(expected);
  expect(seen).toEqual(["Go on? [y/N] ", "closed"]);
});

test("without a terminal nobody is asked, and nothing is agreed to", async () => {
  const { device, seen } = terminal(false, "y\n");
  await expect(confirm("Go on?", device)).rejects.toMatchObject({ code: "E_USAGE" });
  expect(seen).toEqual(["closed"]);
});
