import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { HostName } from "../domain/host-name.ts";
import { nixBase32, rootName } from "./gc-roots.ts";

it("names a link in the registry as Nix does", () => {
  expect(nixBase32(createHash("sha1").update("/tmp/nixgc/n3").digest())).toBe("06i7v4d5qh08a6ybv6b801a72ibj4kvx");
});

it("names roots as the users of each tool look for them", () => {
  const web = HostName.parse("web");
  const names = (profile: string): readonly string[] =>
    (["own", "colmena", "deploy-rs"] as const).map((tool) => rootName(tool, web, profile));
  expect(names("system")).toEqual(["web", "node-web", "web/system"]);
  expect(names("home")).toEqual(["web@home", "node-web@home", "web/home"]);
});
