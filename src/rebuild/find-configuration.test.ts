import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findConfiguration, type Surroundings } from "./find-configuration.ts";
import type { ConfigurationWish } from "./rebuild-options.ts";

const nothing: ConfigurationWish = { flake: null, noFlake: false, file: null, attribute: null, storePath: null };
const around = (files: readonly string[], more: Partial<Surroundings> = {}): Surroundings => ({
  directory: "/home/ana",
  environment: {},
  exists: (path) => files.includes(path),
  realPath: (path) => path.replace("/etc/nixos", "/home/ana/infra"),
  isDarwin: false,
  ...more,
});

describe("findConfiguration", () => {
  it.each([
    [".#web", { reference: ".", name: "web" }],
    ["#web", { reference: ".", name: "web" }],
    ["", { reference: ".", name: null }],
    ["github:ana/infra", { reference: "github:ana/infra", name: null }],
    ['.#"web.example.org"', { reference: ".", name: "web.example.org" }],
  ])("--flake %j", (flake, expected) => {
    expect(findConfiguration({ ...nothing, flake }, around([]))).toEqual({ kind: "flake", ...expected });
  });

  it("refuses what would leave the quotes of an attribute", () => {
    expect(() => findConfiguration({ ...nothing, flake: '.#a"b' }, around([]))).toThrow(/names no configuration/);
  });

  it("takes the flake of /etc/nixos, where its link leads, unless none is wanted", () => {
    const surroundings = around(["/etc/nixos/flake.nix", "/etc/nixos/configuration.nix"]);
    expect(findConfiguration(nothing, surroundings)).toEqual({
      kind: "flake",
      reference: "/home/ana/infra",
      name: null,
    });
    expect(findConfiguration({ ...nothing, noFlake: true }, surroundings)).toMatchObject({
      kind: "expression",
      file: "/etc/nixos/configuration.nix",
    });
    const mac = around(["/etc/nix-darwin/flake.nix", "/etc/nixos/flake.nix"], { isDarwin: true });
    expect(findConfiguration(nothing, mac)).toMatchObject({ reference: "/etc/nix-darwin" });
  });

  it("lets NIXOS_CONFIG name the file", () => {
    const environment = { NIXOS_CONFIG: "infra/web.nix" };
    expect(findConfiguration(nothing, around([], { environment }))).toEqual({
      kind: "expression",
      expression: 'import <nixpkgs/nixos> { configuration = (/. + "/home/ana/infra/web.nix"); }',
      file: "/home/ana/infra/web.nix",
    });
  });

  it.each([
    [{ file: "web.nix", attribute: null }, [], "/home/ana/web.nix"],
    [{ file: null, attribute: "web" }, ["/home/ana/system.nix"], "/home/ana/system.nix"],
    [{ file: null, attribute: "web" }, [], "/home/ana/default.nix"],
  ])("%j is a file", (wish, files, file) => {
    expect(findConfiguration({ ...nothing, ...wish }, around(files))).toMatchObject({ kind: "expression", file });
  });

  const noNix = spawnSync("nix-instantiate", ["--version"]).error !== undefined;
  it.skipIf(noNix)("an attribute of a file is what Nix finds there, whatever it is called", () => {
    const directory = mkdtempSync(join(tmpdir(), "flotilla-file-"));
    try {
      writeFileSync(join(directory, "s.nix"), '{ greeting ? "hello" }: { hosts."we\\${b" = greeting; }');
      const wish = { ...nothing, file: join(directory, "s.nix"), attribute: "hosts.we${b" };
      const found = findConfiguration(wish, around([]));
      const expression = found.kind === "expression" ? found.expression : "";
      const args = ["--eval", "--json", "--expr", expression];
      const env = { ...process.env, NIX_REMOTE: "dummy://" };
      expect(JSON.parse(execFileSync("nix-instantiate", args, { encoding: "utf8", env }))).toBe("hello");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
