// flotilla.lib.makeHive has what colmena.lib.makeHive has: its own program and other people's flakes read it.
import { describe, expect, test } from "vitest";
import { nixInstantiate } from "../../bed/nixpkgs/nix-instantiate.ts";

/** A value made of a hive with two nodes, one of which sets what does not exist. */
const ofHive = (expression: string): unknown =>
  nixInstantiate(`let
    hive = (import (root + "/nix/lib.nix") { inherit lib; }).makeHive {
      meta.nixpkgs = import (root + "/test/bed") { system = "x86_64-linux"; };
      meta.description = "Two nodes";
      right = { name, ... }: { networking.hostName = name; deployment.tags = [ "web" ]; };
      wrong = { name, ... }: { networking.hostName = name; deployment.noSuchOption = true; };
    };
  in ${expression}`);

describe("makeHive", () => {
  test("has colmena's attributes, and its schema", () => {
    expect(ofHive("builtins.attrNames hive ++ [ hive.__schema ]")).toEqual([
      "__schema",
      "deploymentConfig",
      "deploymentConfigSelected",
      "evalSelected",
      "evalSelectedDrvPaths",
      "introspect",
      "metaConfig",
      "nodes",
      "toplevel",
      "v0.5",
    ]);
  });

  test("says of the whole hive what colmena asks for", () => {
    expect(ofHive("hive.metaConfig")).toEqual({
      name: "hive",
      description: "Two nodes",
      machinesFile: null,
      allowApplyAll: true,
    });
  });

  test("evaluates the nodes that are asked for, and no other", () => {
    expect(ofHive(`builtins.mapAttrs (_: d: d.tags) (hive.deploymentConfigSelected [ "right" "nobody" ])`)).toEqual({
      right: ["web"],
    });
    const derivation = `builtins.match ".*-(nixos-system-.*)" (hive.evalSelectedDrvPaths [ "right" ]).right`;
    expect(ofHive(derivation)).toEqual(["nixos-system-right-25.05.drv"]);
    expect(ofHive(`(hive.evalSelected [ "right" ]).right.drvPath == hive.toplevel.right.drvPath`)).toBe(true);
    expect(() => ofHive("hive.toplevel.wrong.drvPath")).toThrow("noSuchOption");
  });

  test("shows all nodes to whom looks around, with what is wrong in them", () => {
    const look = "{ lib, pkgs, nodes }: [ (lib ? mkIf) (pkgs ? writeText) nodes.wrong.config.networking.hostName ]";
    expect(ofHive(`hive.introspect (${look})`)).toEqual([true, true, "wrong"]);
  });
});

describe("the evaluator", () => {
  const evaluate = (given: string, value: string): unknown =>
    nixInstantiate(`(import (root + "/nix/hive/eval.nix") { ${given} }).${value}`);

  test("takes a flake in place of a hive", () => {
    const flake = `rawFlake.outputs.colmena = {
      meta.nixpkgs = import (root + "/test/bed") { system = "x86_64-linux"; };
      till = { };
    };`;
    expect(evaluate(flake, "deploymentConfig.till.targetHost")).toBe("till");
    expect(() => evaluate("rawFlake.outputs = { };", "nodes")).toThrow("no output `colmena'");
    expect(() => evaluate("", "nodes")).toThrow("There is no hive");
  });
});

/** What keys bring into a system has to be colmena's, byte for byte; the sums are those of its own evaluator (0.5.0-pre). */
describe("the part of keys that is in the system is colmena's:", () => {
  const shown = `
    config = (makeHive {
      meta.nixpkgs = import (root + "/test/bed") { system = "x86_64-linux"; };
      till.deployment.keys = {
        "tls.key" = { text = "x"; destDir = "/var/lib/tls"; user = "nginx"; group = "web"; };
        late = { text = "x"; name = "other"; uploadAt = "post-activation"; };
      };
    }).nodes.till.config;
    unit = name: let service = config.systemd.services.\${name}; path = config.systemd.paths.\${name}; in {
      inherit (service) script preStart enable;
      inherit (service.serviceConfig) TimeoutStartSec Restart RestartSec;
      path = map (package: package.name) service.path;
      inherit (path) wantedBy pathConfig;
    };
    sum = value: builtins.hashString "sha256" (builtins.toJSON value);
  `;
  const sumOf = (value: string): unknown =>
    nixInstantiate(
      `let inherit (import (root + "/nix/lib.nix") { inherit lib; }) makeHive; ${shown} in sum (${value})`,
    );

  test.each([
    [
      "names of units",
      "builtins.attrNames config.systemd.paths",
      "45be5275c6a32917dbdae7ce95361c1fb39358e89e9107ad445b61b712ff7b2a",
    ],
    [
      "units",
      `map unit [ "tls.key-key" "late-key" ]`,
      "ab1c446264ef798cc85f328738e47a03e95e0e22e815020a711004e09330e49a",
    ],
    [
      "activation script",
      "config.system.activationScripts.colmena-chown-keys",
      "ca41dbc73b6d4b50b6a1c6f31db056b76c625f3c11ee41eda693e35f4450163a",
    ],
  ])("%s", (_, value, sum) => {
    expect(sumOf(value)).toBe(sum);
  });
});
