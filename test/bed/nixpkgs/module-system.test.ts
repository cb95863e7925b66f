// The stand-in's module system behaves as NixOS's. The expected values were compared with those of nixpkgs's own lib.
import { describe, expect, test } from "vitest";
import { nixInstantiate } from "./nix-instantiate.ts";

const options = `{
  options = {
    list = mkOption { type = types.listOf types.str; default = [ "default" ]; };
    number = mkOption { type = types.int; };
    text = mkOption { type = types.lines; default = ""; };
    switch.deep.enable = lib.mkEnableOption "it";
    fixed = mkOption { type = types.int; default = 1; readOnly = true; };
    free = mkOption { type = types.anything; default = { }; };
    convertible = mkOption { type = types.coercedTo types.int toString types.str; default = "0"; };
    children = mkOption {
      default = { };
      type = types.attrsOf (types.submodule ({ name, ... }: {
        options = {
          called = mkOption { type = types.str; default = name; };
          list = mkOption { type = types.listOf types.str; default = [ ]; };
        };
        config.list = [ "own" ];
      }));
    };
  };
}`;

/** One attribute of \`config\`, for these options and the modules. */
const evaluate = (attribute: string, ...modules: readonly string[]): unknown =>
  nixInstantiate(`with lib; (evalModules { modules = [ ${options} ${modules.join(" ")} ]; }).config.${attribute}`);

describe("values", () => {
  test.each<[string, string, readonly string[], unknown]>([
    ["a default gives way", "list", [`{ list = [ "a" ]; }`], ["a"]],
    ["the last module's list comes first", "list", [`{ list = [ "a" ]; }`, `{ list = [ "b" ]; }`], ["b", "a"]],
    ["what is imported comes before", "list", [`{ imports = [ { list = [ "b" ]; } ]; list = [ "a" ]; }`], ["b", "a"]],
    [
      "mkBefore and mkAfter",
      "list",
      [`{ list = mkMerge [ (mkAfter [ "z" ]) [ "m" ] (mkBefore [ "a" ]) ]; }`],
      ["a", "m", "z"],
    ],
    ["mkForce", "list", [`{ list = mkForce [ "a" ]; }`, `{ list = [ "b" ]; }`], ["a"]],
    ["mkDefault", "number", [`{ number = mkDefault 1; }`, `{ number = 2; }`], 2],
    ["equal definitions", "number", [`{ number = 1; }`, `{ number = 1; }`], 1],
    ["lines", "text", [`{ text = "b"; }`, `{ text = "a"; }`], "a\nb"],
    ["mkIf around a set", "switch", [`{ switch = mkIf true { deep.enable = true; }; }`], { deep: { enable: true } }],
    ["mkIf in a list", "list", [`{ list = [ (mkIf false "no") "yes" ]; }`], ["yes"]],
    ["anything", "free", [`{ free.a.b = 1; }`, `{ free.a.c = mkIf true 2; }`], { a: { b: 1, c: 2 } }],
    ["coercedTo", "convertible", [`{ convertible = 5; }`], "5"],
    [
      "submodules",
      "children",
      [`{ children.x.list = [ "a" ]; }`, `{ children.y.called = "why"; children.z = mkIf false { }; }`],
      { x: { called: "x", list: ["own", "a"] }, y: { called: "why", list: ["own"] } },
    ],
    [
      "config as an argument",
      "text",
      [`({ config, ... }: { text = toString config.number; })`, `{ number = 7; }`],
      "7",
    ],
    ["_module.args", "number", [`({ seven, ... }: { number = seven; })`, `{ _module.args.seven = 7; }`], 7],
    ["_module.check", "text", [`{ _module.check = false; unknown = 1; }`], ""],
  ])("%s", (_, attribute, modules, expected) => {
    expect(evaluate(attribute, ...modules)).toEqual(expected);
  });
});

describe("errors name the option and the file", () => {
  test.each<[string, string, readonly string[], RegExp]>([
    [
      "unknown",
      "text",
      [`{ _file = "web.nix"; swich.deep = 1; }`],
      /option `swich' does not exist.*\n- In `web.nix': /s,
    ],
    [
      "unknown, below mkIf false",
      "text",
      [`{ number = 1; unknown = mkIf false 1; }`],
      /option `unknown' does not exist/,
    ],
    ["no value", "number", [], /option `number' was accessed but has no value defined/],
    [
      "wrong type",
      "number",
      [`{ _file = "web.nix"; number = "x"; }`],
      /option `number' is not of type `signed integer'.*\n- In `web.nix': "x"/s,
    ],
    [
      "conflict",
      "number",
      [`{ _file = "a.nix"; number = 1; }`, `{ _file = "b.nix"; number = 2; }`],
      /option `number' has conflicting definition values:\n- In `b.nix': 2\n- In `a.nix': 1/,
    ],
    ["read-only", "fixed", [`{ fixed = 2; }`], /option `fixed' is read-only/],
    [
      "declared twice",
      "number",
      [`{ options.number = mkOption { }; }`],
      /option `number' in .* is already declared in/,
    ],
    ["in a submodule", "children", [`{ children.x.nme = 1; }`], /option `children.x.nme' does not exist/],
    ["stray beside config", "text", [`{ config.text = ""; number = 1; }`], /have to go into `config': number/],
    [
      "a value for a set of options",
      "switch",
      [`{ _file = "a.nix"; switch = 5; }`],
      /`switch' in `a.nix' should be a set/,
    ],
  ])("%s", (_, attribute, modules, expected) => {
    const message = /^ *- In/gm;
    const evaluated = () => {
      try {
        return evaluate(attribute, ...modules);
      } catch (error) {
        throw new Error(String(error).replaceAll(message, "- In"), { cause: error });
      }
    };
    expect(evaluated).toThrow(expected);
  });
});

test("a set of modules can be extended", () => {
  const extended = `(evalModules { modules = [ ${options} ]; }).extendModules { modules = [ { number = 3; } ]; }`;
  expect(nixInstantiate(`with lib; (${extended}).config.number`)).toBe(3);
});
