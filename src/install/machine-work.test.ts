// What is written into a system that is being installed is read by others than root once it runs: its directories are everybody's.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assetPath } from "../assets.ts";
import { jobScript, stepOf, writeScript } from "./machine-work.ts";

const shells = [["dash"], ["bash"], ["busybox", "sh"]].filter(
  ([shell = ""]) => spawnSync(shell, ["--help"]).error === undefined,
);

describe.each(shells)("under %s", (shell = "", ...words) => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "flotilla-work-"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const mode = (path: string): string => (statSync(join(root, path)).mode & 0o777).toString(8);
  /** As a login whose files are its own alone. */
  const run = (script: string, args: readonly string[], input = ""): void => {
    const own = `umask 077; ${script}`;
    const { status, stderr } = spawnSync(shell, [...words, "-c", own, "sh", ...args], { input, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  };

  it("a file is root's alone, and the directories on the way to it are everybody's", () => {
    run(writeScript, [join(root, "nix/var/flotilla/install.json")], "{}\n");
    expect(readFileSync(join(root, "nix/var/flotilla/install.json"), "utf8")).toBe("{}\n");
    expect(["nix", "nix/var", "nix/var/flotilla", "nix/var/flotilla/install.json"].map(mode)).toEqual([
      "755",
      "755",
      "755",
      "600",
    ]);
  });

  it("what a job makes is everybody's, though its own files are not", () => {
    mkdirSync(join(root, "mnt"));
    run(jobScript('mkdir -p "$1/mnt/var/log"'), [root]);
    expect(["mnt/var", "mnt/var/log"].map(mode)).toEqual(["755", "755"]);
  });

  it("a private host key is root's alone, and /etc is everybody's", () => {
    const keys = readFileSync(assetPath("src/install/steps/host-keys.sh"), "utf8");
    run(`copies=no\n${keys}`, [root, "root@web", "ed25519", "/etc/ssh/ssh_host_ed25519_key"]);
    const files = ["etc", "etc/ssh", "etc/ssh/ssh_host_ed25519_key", "etc/ssh/ssh_host_ed25519_key.pub"];
    expect(files.map(mode)).toEqual(["755", "755", "600", "644"]);
  });
});

it("takes a step for progress, and its failure for none", () => {
  expect(stepOf("flotilla-disk: step 2/9 format /dev/vda1")).toEqual({
    done: 1,
    expected: 9,
    detail: "format /dev/vda1",
  });
  expect(stepOf("flotilla-disk: step 2/9 failed with status 1: format /dev/vda1")).toBeNull();
});
