import { expect, test } from "vitest";
import { runFlotilla } from "./run-flotilla.ts";

test.each([[["--version"]], [["--version", "--help"]]])("flotilla %s", async (words) => {
  const answer = await runFlotilla(words);
  expect(answer).toMatchObject({ exitStatus: 0, stderr: "" });
  expect(answer.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
