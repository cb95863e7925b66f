import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProcessResult, Runner } from "../process/runner.ts";
import { evaluateExpression, scopeOf } from "./evaluate-expression.ts";
import type { FleetSource } from "./fleet-source.ts";
import { FleetFormName } from "./forms/fleet-form.ts";
import { openRepl, replCommand, replExpression } from "./open-repl.ts";

const settings = { showTrace: false, impure: false, options: [], overrideInputs: [], verbose: false };
const flake: FleetSource = {
  kind: "flake",
  reference: ".",
  locked: "git+file:///infra?rev=1",
  fingerprint: "f",
  revision: null,
  dirty: false,
  directory: null,
};
const hive: FleetSource = {
  kind: "file",
  reference: "h",
  path: "/infra/hive.nix",
  revision: null,
  dirty: false,
  directory: "/infra",
};
const { signal } = new AbortController();

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-expression-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** A nix that answers once, and notes how it was called. */
function answering(answer: Partial<ProcessResult>, lines: readonly string[] = []) {
  const calls: (readonly string[])[] = [];
  const runner: Runner = {
    run: async ({ args }, options) => {
      calls.push(args);
      for (const line of lines) options?.onStderrLine?.(line);
      return { exitCode: 0, stdout: "", stderr: "", timedOut: false, aborted: false, ...answer };
    },
    start: () => {
      throw new Error("nothing is started");
    },
    interactive: async ({ args }) => {
      calls.push(args);
      return 3;
    },
  };
  return { runner, calls };
}

const request = { source: flake, form: "nixosConfigurations", as: "json", signal, onLog: () => {} } as const;

describe("evaluateExpression", () => {
  it("applies the function to the fleet's scope, and gives the JSON as it is", async () => {
    const { calls, runner } = answering({ stdout: '{"a":1}\n' });
    const expression = { kind: "text", text: "{ nodes, ... }: nodes # all" } as const;
    expect(await evaluateExpression({ runner, settings }, { ...request, expression })).toBe('{"a":1}');
    const [args = []] = calls;
    expect(args.slice(2, 4)).toEqual(["eval", "--json"]);
    expect(args).toContain("git+file:///infra?rev=1#nixosConfigurations");
    expect(args.at(args.indexOf("--apply") + 1)).toContain("({ nodes, ... }: nodes # all\n)");
  });

  it("takes a file's text into a flake, where it could not be imported, and imports it beside a file", async () => {
    const path = join(directory, "expression.nix");
    writeFileSync(path, "{ lib, ... }: lib.version");
    const { calls, runner } = answering({ stdout: "1" });
    const expression = { kind: "file", path } as const;
    await evaluateExpression({ runner, settings }, { ...request, expression });
    await evaluateExpression({ runner, settings }, { ...request, source: hive, form: "colmena", expression });
    expect(calls[0]?.join(" ")).toContain("({ lib, ... }: lib.version\n)");
    expect(calls[1]?.join(" ")).toContain(`(import (/. + "${path}")\n)`);
    const missing = { kind: "file", path: join(directory, "none.nix") } as const;
    await expect(evaluateExpression({ runner, settings }, { ...request, expression: missing })).rejects.toMatchObject({
      code: "E_USAGE",
    });
  });

  it("prints derivations one a line", async () => {
    const { runner } = answering({ stdout: '["/nix/store/a.drv","/nix/store/b.drv"]' });
    const expression = { kind: "text", text: "x: x" } as const;
    expect(await evaluateExpression({ runner, settings }, { ...request, expression, as: "derivations" })).toBe(
      "/nix/store/a.drv\n/nix/store/b.drv",
    );
  });

  it("hands on what is traced, and rejects with what Nix says", async () => {
    const said: string[] = [];
    const stderr = "trace: here\nerror: attribute 'nope' missing";
    const { runner } = answering({ exitCode: 1, stderr }, stderr.split("\n"));
    const expression = { kind: "text", text: "x: x.nope" } as const;
    const failed = evaluateExpression(
      { runner, settings },
      { ...request, expression, onLog: (line) => said.push(line) },
    );
    await expect(failed).rejects.toMatchObject({ code: "E_EVALUATION", message: expect.stringContaining("nope") });
    expect(said).toEqual(["trace: here"]);
  });
});

describe("scopeOf", () => {
  it.each(FleetFormName.options)("%s has nodes, pkgs and lib at hand", (form) => {
    const balance = (open: RegExp, close: RegExp): number =>
      (scopeOf(form).match(open)?.length ?? 0) - (scopeOf(form).match(close)?.length ?? 0);
    expect(scopeOf(form)).toContain("inherit nodes pkgs;");
    expect(balance(/\{/gu, /\}/gu)).toBe(0);
  });

  it("says nothing of what is read in a hive", () => {
    expect(scopeOf("colmena")).not.toContain("a node is read");
  });
});

describe("the prompt", () => {
  it("loads a file with the fleet, and is gone with it", async () => {
    const { calls, runner } = answering({});
    expect(
      await openRepl({ runner, settings, version: { text: "2.26.3", major: 2, minor: 26 } }, hive, "colmena"),
    ).toBe(3);
    const file = calls[0]?.at(-1) ?? "";
    expect(calls[0]?.slice(2)).toEqual(["repl", "--file", file]);
    expect(() => rmSync(file)).toThrow("ENOENT");
  });

  it.each([
    [{ text: "2.8.0", major: 2, minor: 8 }, ["repl", "f"]],
    [{ text: "2.10.0", major: 2, minor: 10 }, ["repl", "--file", "f"]],
    [{ text: "2.91.1 (Lix)", major: 2, minor: 91 }, ["repl", "--file", "f"]],
  ])("is called as Nix %o wants it", (version, words) => {
    expect(replCommand(settings, version, "f").args.slice(2)).toEqual(words);
  });

  it("takes no overridden inputs", async () => {
    const { calls, runner } = answering({});
    const version = { text: "2.26.3", major: 2, minor: 26 };
    const overridden = { ...settings, overrideInputs: [["nixpkgs", "path:/n"]] as const };
    await expect(openRepl({ runner, settings: overridden, version }, flake, "deploy")).rejects.toMatchObject({
      code: "E_USAGE",
    });
    expect(calls).toEqual([]);
  });

  it("loads the flake that was locked, or the file", () => {
    expect(replExpression(flake, "deploy")).toContain('(builtins.getFlake "git+file:///infra?rev=1").outputs.deploy');
    expect(replExpression(hive, "colmena")).toContain('import (/. + "/infra/hive.nix")');
  });
});
