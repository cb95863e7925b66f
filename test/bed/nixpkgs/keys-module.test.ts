// nix/modules/keys.nix and src/fleet/key-settings.ts describe the same options; and what the module adds to a system.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { DeploymentKeys } from "../../../src/fleet/key-settings.ts";
import { nixInstantiate } from "./nix-instantiate.ts";

/** `config.deployment.keys` of a host for which a user wrote `deployment.keys = KEYS;`, without a NixOS around it. */
const evaluate = (keys: string): unknown =>
  nixInstantiate(
    `(import (root + "/nix/lib.nix") { inherit lib; }).evalDeployment "web-01" [ { deployment.keys = ${keys}; } ]`,
  );
const fromJson = (keys: unknown): string => `builtins.fromJSON ''${JSON.stringify(keys).replaceAll("${", "''${")}''`;
const deploymentOf = (keys: unknown): unknown => Settings.parse(evaluate(fromJson(keys))).keys;
const Settings = z.object({ keys: z.unknown() });

/** A part of `config` of a whole system that has these keys. */
const inSystem = (keys: unknown, part: string): unknown =>
  nixInstantiate(
    `
    (import (root + "/test/bed/nixpkgs")).lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ (root + "/nix/modules/deployment.nix") { networking.hostName = "web-01"; deployment.keys = ${fromJson(keys)}; } ];
    }`.replace(/^/u, "(") + `).config.${part}`,
  );

const Script = z.object({ deps: z.array(z.string()), text: z.string() });

const refusal = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return String(error instanceof Error && "stderr" in error ? error.stderr : error);
  }
  throw new Error("it was accepted");
};

describe("the module and the schema", () => {
  test("have the same settings and defaults", () => {
    expect(deploymentOf({ tls: { text: "x" } })).toEqual({
      tls: {
        name: "tls",
        text: "x",
        keyFile: null,
        keyCommand: null,
        destDir: "/run/keys",
        path: "/run/keys/tls",
        user: "root",
        group: "root",
        permissions: "0600",
        uploadAt: "pre-activation",
      },
    });
    expect(DeploymentKeys.parse(deploymentOf({ tls: { text: "x" } }))).toEqual(
      DeploymentKeys.parse({ tls: { text: "x" } }),
    );
  });

  test.each([
    {
      name: "other",
      keyFile: "/home/ana/x",
      destDir: "/var/keys",
      user: "foo_bar",
      group: "host$",
      permissions: "440",
    },
    { keyCommand: ["pass", "show", "x"], uploadAt: "post-activation", user: "1000" },
    { text: "", name: "a b$(id)'\"" },
  ])("both accept %j", (key) => {
    expect(DeploymentKeys.parse(deploymentOf({ tls: key }))).toEqual(DeploymentKeys.parse({ tls: key }));
  });

  test.each([
    { text: "x", user: "-x" },
    { text: "x", group: "a:b" },
    { text: "x", permissions: "0888" },
    { text: "x", permissions: "rw" },
    { text: "x", name: "a/b" },
    { text: "x", name: ".." },
    { text: "x", name: "" },
    { text: "x", uploadAt: "later" },
    { text: "x", destDir: "keys" },
    { keyFile: "x" },
    { keyCommand: [] },
    { keyCommand: [""] },
    { keyCommand: "pass show x" },
    { text: 1 },
    { text: "x", permission: "0600" },
  ])("both refuse %j", (key) => {
    expect(refusal(() => deploymentOf({ tls: key }))).toContain("error");
    expect(DeploymentKeys.safeParse({ tls: key }).success).toBe(false);
  });

  test("two texts that differ are named by their files, not shown", () => {
    const said = refusal(() =>
      nixInstantiate(`(import (root + "/nix/lib.nix") { inherit lib; }).evalDeployment "web-01" [
        { _file = "one.nix"; config.deployment.keys.tls.text = "hunter2-a"; }
        { _file = "two.nix"; config.deployment.keys.tls.text = "hunter2-b"; }
      ]`),
    );
    expect(said).toContain("deployment.keys.tls.text' has different values in one.nix and two.nix");
    // Nix shows the place in the expression, which is this one.
    expect(said.replaceAll(/^.*\|.*$/gmu, "")).not.toContain("hunter2");
  });
});

describe("a system with keys", () => {
  const keys = {
    early: { text: "hunter2", user: "nginx", group: "web", name: "it's" },
    late: { text: "hunter2", uploadAt: "post-activation" },
  };

  test("gives the early ones to their owners, after users and groups are there", () => {
    const { deps, text } = Script.parse(inSystem(keys, "system.activationScripts.flotilla-keys"));
    expect(deps).toEqual(["users"]);
    expect(text).toMatch(/^flotilla_give_key '?\/run\/keys'? 'it'\\''s' '?nginx:web'? \|\| failed=yes$/mu);
    expect(text).not.toContain("late");
    expect(execFileSync("sh", ["-n"], { input: text, encoding: "utf8" })).toBe("");
    expect(inSystem({ late: keys.late }, "system.activationScripts")).not.toHaveProperty("flotilla-keys");
  });

  test("gives nothing away that a link leads to", () => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), "keys-")));
    try {
      mkdirSync(join(root, "real"));
      symlinkSync("real", join(root, "link"));
      for (const name of ["one", "two"]) writeFileSync(join(root, "real", name), "");
      const key = (name: string, directory: string) => ({ text: "x", name, destDir: `${root}//${directory}/` });
      const own = { a: key("one", "real"), b: key("two", "link"), c: key("three", "real"), d: key("four", "nowhere") };
      const { text } = Script.parse(inSystem(own, "system.activationScripts.flotilla-keys"));
      const said = execFileSync("sh", ["-s"], {
        input: `chown() { echo "chown $* in $(pwd -P)"; }\nexec 2>&1\n${text}`,
        encoding: "utf8",
      });
      expect(said.split("\n")).toEqual([
        `chown -h root:root ./one in ${root}/real`,
        `a link leads to the key ${root}/link/two, whose owner is set when it is sent the next time`,
        `the key ${root}/real/three is not there`,
        `the key ${root}/nowhere/four is not there`,
        "",
      ]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  test("knows /var/run for what it is", () => {
    const key = { text: "x", destDir: "/var/run/keys" };
    const { text } = Script.parse(inSystem({ key }, "system.activationScripts.flotilla-keys"));
    expect(text).toMatch(/^flotilla_give_key '?\/run\/keys'? '?key'? /mu);
  });

  test("has a unit for each that is active as long as the file is there", () => {
    expect(inSystem(keys, `systemd.paths."early-key"`)).toMatchObject({
      wantedBy: ["paths.target"],
      pathConfig: { PathExists: "/run/keys/it's" },
    });
    const script = inSystem(keys, `systemd.services."early-key".script`);
    expect(script).toBe(String.raw`inotifywait -qq -e delete_self '/run/keys/it'\''s' || true`);
    const before = String(inSystem(keys, `systemd.services."early-key".preStart`));
    expect(execFileSync("sh", ["-n"], { input: before, encoding: "utf8" })).toBe("");
  });

  test("does not know what is in them", () => {
    for (const part of ["system.activationScripts.flotilla-keys.text", `systemd.services."early-key".preStart`]) {
      expect(JSON.stringify(inSystem(keys, part))).not.toContain("hunter2");
    }
  });

  test("is refused where one has no content, or two", () => {
    const assertions = inSystem({ none: {}, two: { text: "x", keyFile: "/x" }, one: { text: "" } }, "assertions");
    expect(assertions).toEqual([
      { assertion: false, message: expect.stringContaining("deployment.keys.none has to have exactly one of") },
      { assertion: true, message: expect.any(String) },
      { assertion: false, message: expect.stringContaining("deployment.keys.two has to have exactly one of") },
    ]);
  });
});
