import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { nixBase32 } from "./gc-roots.ts";

it("names a link in the registry as Nix does", () => {
  expect(nixBase32(createHash("sha1").update("/tmp/nixgc/n3").digest())).toBe("06i7v4d5qh08a6ybv6b801a72ibj4kvx");
});
