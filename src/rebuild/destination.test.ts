import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { nameDestinations, parseDestination } from "./destination.ts";

describe("parseDestination", () => {
  it.each([
    ["root@192.0.2.7", { address: "root@192.0.2.7", host: "192.0.2.7" }],
    ["root@[fd00::1]:2222", { address: "root@[fd00::1]:2222", host: "fd00::1" }],
    ["nixos://web-1", { address: "web-1", host: "web-1" }],
    ["nixos://root@192.0.2.7/web-1", { address: "root@192.0.2.7", host: "web-1" }],
    ["nixos://[fd00::1]/web-1", { address: "[fd00::1]", host: "web-1" }],
    ["nixos://web-1/", { address: "web-1", host: "web-1" }],
  ])("%s", (word, expected) => {
    expect(parseDestination(word)).toEqual(expected);
  });

  it.each(["web-1", "web-*", "@web", ".#web", "github:ana/infra", "/srv/infra", "a@b@c", "@web+@eu"])(
    "%s is none",
    (word) => {
      expect(parseDestination(word)).toBeNull();
    },
  );

  it.each([
    ["nixos:///web-1", "names no machine"],
    ["nixos://-oProxyCommand=id/web-1", "no address"],
    ["nixos://web-1/../x", "no host's name"],
    ["darwin://mac", "not darwin"],
  ])("%s is refused: %s", (word, why) => {
    expect(() => parseDestination(word)).toThrow(why);
  });

  it("gives an address that ssh cannot take for a flag, or nothing, whatever it is given", () => {
    const words = fc
      .tuple(fc.constantFrom("", "nixos://", "root@"), fc.string({ unit: "binary" }))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(words, (word) => {
        let found: ReturnType<typeof parseDestination> = null;
        try {
          found = parseDestination(word);
        } catch (error) {
          if (!(error instanceof FlotillaError)) throw error;
        }
        expect(found?.address ?? "").not.toMatch(/^-|\s/u);
      }),
    );
  });
});

describe("nameDestinations", () => {
  const names = ["web-1", "db-1"];
  const ask = async (address: string): Promise<string> => (address.endsWith(".7") ? "web-1" : "db-1");

  it("asks only the machines whose names are not in the fleet", async () => {
    const addresses = new Map([
      ["192.0.2.7", "root@192.0.2.7"],
      ["db-1", "root@db-1"],
    ]);
    expect(await nameDestinations({ addresses, on: "192.0.2.7,db-1,@web" }, names, ask)).toEqual({
      addresses: new Map([
        ["web-1", "root@192.0.2.7"],
        ["db-1", "root@db-1"],
      ]),
      on: "web-1,db-1,@web",
    });
    const known = { addresses: new Map([["web-1", "192.0.2.7"]]), on: "web-1" };
    expect(await nameDestinations(known, names, () => Promise.reject(new Error("asked")))).toBe(known);
  });

  it("does not give one configuration to two machines", async () => {
    const addresses = new Map([
      ["192.0.2.7", "192.0.2.7"],
      ["198.51.100.7", "198.51.100.7"],
    ]);
    await expect(nameDestinations({ addresses, on: null }, names, ask)).rejects.toMatchObject({ code: "E_USAGE" });
  });
});
