import { expect, test } from "vitest";
import { OperatorInput } from "./operator-input.ts";

test("stdin is read once, and there for whoever asks again", async () => {
  let begun = 0;
  const stdin = (async function* () {
    begun += 1;
    // A letter lies across two chunks.
    yield Buffer.from("web-*\nd\u00fcrer\n").subarray(0, 8);
    yield Buffer.from("web-*\nd\u00fcrer\n").subarray(8);
  })();
  const input = new OperatorInput({ stdin, stderr: { write: () => true } });
  expect([await input.readStdin(), await input.readStdin(), begun]).toEqual(["web-*\ndürer\n", "web-*\ndürer\n", 1]);
});
