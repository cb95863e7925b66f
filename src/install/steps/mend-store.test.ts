// What becomes of a store that a power cut left, under each shell that an installer's sh may be; nix-store is a stand-in that is told what it finds.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mendStoreScript } from "./mend-store.ts";

const shells = [["dash"], ["bash"], ["busybox", "sh"]].filter(
  ([shell = ""]) => spawnSync(shell, ["--help"]).error === undefined,
);

describe.each(shells)("under %s", (shell = "", ...words) => {
  let directory: string;
  let root: string;
  let database: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "flotilla-store-"));
    root = join(directory, "root");
    database = join(root, "nix/var/nix/db");
    mkdirSync(database, { recursive: true });
    mkdirSync(join(root, "nix/var/flotilla"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const restart = (): void => rmSync(join(directory, "run"), { recursive: true, force: true });
  /** @param finds its exit status */
  const mend = (state: string, finds: number): void => {
    writeFileSync(join(root, "nix/var/flotilla/install.json"), `${JSON.stringify({ version: 1, state })}\n`);
    writeFileSync(join(directory, "nix-store"), `#!/bin/sh\nexit ${finds}\n`, { mode: 0o755 });
    const { status, stderr } = spawnSync(shell, [...words, "-c", mendStoreScript(root, join(directory, "run"))], {
      env: { ...process.env, PATH: `${directory}:${process.env["PATH"]}` },
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  };

  it("forgets what was copied before the machine was restarted, where some of it is not whole", () => {
    mend("disks", 1);
    expect(existsSync(database)).toBe(false);
  });

  it("keeps what is whole, and what was copied since", () => {
    mend("disks", 0);
    mend("disks", 1);
    expect(existsSync(database)).toBe(true);
    restart();
    mend("disks", 1);
    expect(existsSync(database)).toBe(false);
  });

  it.each(["installed", "running"])("throws nothing away of a system that is %s", (state) => {
    mend(state, 1);
    expect(existsSync(database)).toBe(true);
  });
});
