// What users of a host have in their hands, their profiles among it, gives them nothing of root's.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readAsset } from "../assets.ts";
import { underEachShell } from "./each-shell.test-support.ts";
import { findProgram } from "./furnish-test-host.test-support.ts";
import { addProfile, addProgram, haveGenerations, home, service, wrapSystem } from "./test-profiles.test-support.ts";

const serviceLink = "home/ana/.local/state/nix/profiles/service";

await underEachShell(["dash", "busybox"], (host) => {
  test("what a user has put into a profile of theirs is never run by root", async () => {
    await using target = await host();
    await haveGenerations(target, serviceLink, [await target.addSystem("trap", {})]);
    const path = await wrapSystem(target, "service-2", await target.addSystem("new", {}), "plain");
    await addProgram(path, "deploy-rs-activate");
    await target.write("profiles/service-2/during", "");
    const end = await target.start(target.order(path, { profiles: [service(path)], confirmTimeout: 1 }));
    expect(end).toMatchObject({ outcome: "rolled-back", code: "E_CONFIRM_TIMEOUT" });
    expect(await target.read("switches")).toBe("switch trap no-check=1 as ana\n");
  });

  test("the name of the directory that a user leads their profile to says nothing else of it", async () => {
    await using target = await host();
    // What is found of a profile are lines: after the path its generation, the highest one, the system that it is.
    const trap = await addProfile(target, `trap\n1\n0\n${target.root}/systems/old\n`, { kind: "deploy-rs" });
    await haveGenerations(target, serviceLink, [trap]);
    const path = await addProfile(target, "service-2", { kind: "deploy-rs" });
    await symlink(join(await target.addSystem("theirs", {}), "bin"), join(path, "bin"));
    const { end } = await target.play(target.order(path, { profiles: [service(path)] }), {
      "awaiting-confirm": () => target.verb("confirm"),
    });
    expect(end).toMatchObject({ outcome: "deployed" });
    expect(await target.read("switches").catch(() => "")).toBe("");
  });

  test("a check from a user's profile is run as them", async () => {
    await using target = await host();
    const path = await addProfile(target, "home-2", { kind: "home-manager", files: { "gen-version": "1" } });
    await addProgram(path, "check");
    await target.play(target.order(path, { profiles: [home(path)], preActivate: "check" }), {
      "awaiting-confirm": () => target.verb("confirm"),
    });
    expect((await target.read("activations")).split("\n")).toEqual([
      expect.stringMatching(/^check home-2 as ana /u),
      "activate home-2 as ana --driver-version 1",
      "",
    ]);
  });

  test("of root's environment a user's activation gets nothing but what it needs", async () => {
    await using target = await host();
    const path = await addProfile(target, "service-2", {
      kind: "deploy-rs",
      during: 'env >"$FLOTILLA_ROOT/environment"',
    });
    const environment = {
      AWS_SECRET_ACCESS_KEY: "hunter2",
      SSH_AUTH_SOCK: "/run/agent",
      XDG_CONFIG_HOME: "/root/.config",
    };
    await target.play(
      target.order(path, { profiles: [service(path)] }),
      { "awaiting-confirm": () => target.verb("confirm") },
      environment,
    );
    const found = (await target.read("environment")).split("\n").map((line) => line.split("=")[0] ?? "");
    const ofShells = ["PWD", "OLDPWD", "SHLVL", "_", "LINES", "COLUMNS", "BECAME"];
    const given = ["DRY_ACTIVATE", "BOOT", "PROFILE", "HOME", "USER", "LOGNAME", "PATH"];
    const shared = ["LANG", "LC_ALL", "LOCALE_ARCHIVE", "TZDIR", "NIX_REMOTE", "NIX_STATE_DIR", "NIX_SSL_CERT_FILE"];
    const known = new Set(["", "FLOTILLA_ROOT", ...ofShells, ...given, ...shared]);
    expect(found.filter((name) => !known.has(name))).toEqual([]);
    expect(found).toEqual(expect.arrayContaining(given));
  });
});

/** Where there is no getent, as on a Mac, the shell itself is asked, in words that it evaluates. */
test.each(["dash", "bash"])("no name of a user is more than a name to %s", async (name) => {
  const shell = await findProgram(name);
  if (shell === null) return;
  const directory = mkdtempSync(join(tmpdir(), "flotilla-users-"));
  const nasty = fc.constantFrom(
    ";:>made;",
    "$(:>made)",
    "`:>made`",
    "&",
    "|",
    "/",
    "\n",
    " ",
    "~",
    "-",
    "'",
    '"',
    "\\",
    "ana",
  );
  const names = fc
    .array(nasty, { maxLength: 6 })
    .map((parts) => parts.join(""))
    .filter((user) => !/^a[a-z-]*$/u.test(user));
  try {
    fc.assert(
      fc.property(names, (user) => {
        const script = `${readAsset("src/activation/guard/users.sh")}\nhome_of "$1"`;
        const { status, stdout } = spawnSync(shell, ["-c", script, "sh", user], {
          cwd: directory,
          env: { PATH: directory, HOME: "/nobody" },
          encoding: "utf8",
        });
        expect(readdirSync(directory)).toEqual([]);
        expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      }),
      { numRuns: 60 },
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
});
