import { inspect } from "node:util";
import { serialize } from "node:v8";
import { expect, test } from "vitest";
import { Secret } from "./secret.ts";

const secret = new Secret("hunter2");

test("only reveal gives it away", () => {
  expect(secret.reveal()).toBe("hunter2");
  expect(new Secret(Buffer.from([0, 255])).reveal()).toEqual(Buffer.from([0, 255]));
});

test.each<[string, () => unknown]>([
  ["text", () => `${String(secret)} ` + secret.toString()],
  ["JSON", () => JSON.stringify({ keys: { db: secret } })],
  ["inspection", () => inspect({ keys: { db: secret } }, { depth: null, showHidden: true, showProxy: true })],
  ["a structured clone", () => inspect(structuredClone({ secret }), { depth: null, showHidden: true })],
  ["serialization", () => serialize({ secret }).toString("latin1")],
  [
    "its properties",
    () => JSON.stringify([Reflect.ownKeys(secret), Object.entries(secret), Object.assign({}, secret)]),
  ],
  ["an error", () => inspect(new Error(`bad key ${String(secret)}`, { cause: secret }))],
])("%s does not show it", (_, show) => {
  expect(show()).not.toContain("hunter2");
});
