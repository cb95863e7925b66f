import { describe, expect, it, test } from "vitest";
import { closureDifference } from "./closure-difference.ts";
import { parsePathInfo } from "./list-closure.ts";

const path = (name: string, bytes = 1000) => ({ name, bytes });

describe("closureDifference", () => {
  it("names what came, went and changed, and leaves out what is as before", () => {
    const before = [path("nginx-1.26.1"), path("glibc-2.40"), path("gone-1"), path("etc"), path("unit-nginx.service")];
    const after = [
      path("nginx-1.28.0", 3000),
      path("glibc-2.40"),
      path("new-tool-2", 500),
      path("etc"),
      path("unit-nginx.service"),
    ];
    expect(closureDifference(before, after)).toEqual([
      { package: "gone", before: ["1"], after: [], growth: -1000 },
      { package: "new-tool", before: [], after: ["2"], growth: 500 },
      { package: "nginx", before: ["1.26.1"], after: ["1.28.0"], growth: 2000 },
    ]);
  });

  it("tells growth without a new version, when it is worth a line", () => {
    expect(closureDifference([path("a-1", 0), path("b-1", 0)], [path("a-1", 8192), path("b-1", 8193)])).toEqual([
      { package: "b", before: ["1"], after: ["1"], growth: 8193 },
    ]);
  });

  it("keeps the versions of a package that is there several times", () => {
    expect(closureDifference([path("python-3.12"), path("python-3.11")], [path("python-3.12")])).toEqual([
      { package: "python", before: ["3.11", "3.12"], after: ["3.12"], growth: -1000 },
    ]);
  });
});

const hash = "2zciadwy4spbn49anbnpr75cbmbwwg17";

test.each([
  ["2.8", [{ path: `/nix/store/${hash}-nginx-1.28`, narSize: 288, references: [], ultimate: true }]],
  ["2.26", { [`/nix/store/${hash}-nginx-1.28`]: { ca: null, narSize: 288, references: [] } }],
  ["format 2", { version: 2, storeDir: "/nix/store", info: { [`${hash}-nginx-1.28`]: { narSize: 288 } } }],
])("parsePathInfo reads the JSON of %s", (_, json) => {
  expect(parsePathInfo(JSON.stringify(json))).toEqual([
    { path: `/nix/store/${hash}-nginx-1.28`, name: "nginx-1.28", bytes: 288 },
  ]);
});
