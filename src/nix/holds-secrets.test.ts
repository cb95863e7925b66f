import { expect, test } from "vitest";
import { holdsSecrets } from "./holds-secrets.ts";

test.each([
  { keys: { tls: { text: "x" } } },
  { keys: { file: { keyFile: "/x" }, tls: { text: "", keyFile: null } } },
  { hosts: { "web-01": { keys: { tls: { text: "x" } } } }, defaults: {} },
  { hosts: {}, defaults: [{ keys: { tls: { text: ["x"] } } }] },
])("%j holds one", (value) => {
  expect(holdsSecrets(value)).toBe(true);
});

test.each([null, "keys", {}, { keys: {} }, { keys: { tls: { text: null, keyFile: "/x" } } }, { keys: ["text"] }])(
  "%j holds none",
  (value) => {
    expect(holdsSecrets(value)).toBe(false);
  },
);
