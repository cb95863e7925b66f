import { chmod, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { scriptedRunner } from "./fixtures/scripted-runner.ts";
import { findNixVersion, parseNixVersion } from "./nix-version.ts";

describe("parseNixVersion", () => {
  test.each([
    ["nix (Nix) 2.26.3", { text: "2.26.3", major: 2, minor: 26 }],
    ["nix (Nix) 2.8.0", { text: "2.8.0", major: 2, minor: 8 }],
    ["nix (Nix) 2.30pre20250521_76a4d4c2", { text: "2.30pre20250521_76a4d4c2", major: 2, minor: 30 }],
    ["nix (Lix, like Nix) 2.91.1", { text: "2.91.1 (Lix)", major: 2, minor: 91 }],
    ["nix (Determinate Nix 3.6.2) 2.29.0", { text: "2.29.0 (Determinate Nix 3.6.2)", major: 2, minor: 29 }],
  ])("%s", (output, version) => {
    expect(parseNixVersion(output)).toEqual(version);
  });

  it("does not guess", () => {
    expect(parseNixVersion("nix: command not found")).toBeNull();
  });
});

describe("findNixVersion", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "flotilla-nix-"));
    await writeFile(join(directory, "nix"), "");
    await chmod(join(directory, "nix"), 0o755);
  });
  afterEach(() => rm(directory, { recursive: true }));

  const find = (answer: string) => {
    const runner = scriptedRunner(() => ({ stdout: `${answer}\n` }));
    const version = findNixVersion({
      runner,
      cacheDirectory: join(directory, "cache"),
      environment: { PATH: directory },
    });
    return version.then((found) => ({ found, processes: runner.commands.length }));
  };

  it("asks once, and again when the program is another one", async () => {
    expect(await find("nix (Nix) 2.26.3")).toEqual({ found: { text: "2.26.3", major: 2, minor: 26 }, processes: 1 });
    expect(await find("nix (Nix) 9.9")).toMatchObject({ found: { text: "2.26.3" }, processes: 0 });
    await utimes(join(directory, "nix"), 1, 1);
    expect(await find("nix (Nix) 2.27.0")).toMatchObject({ found: { text: "2.27.0" }, processes: 1 });
  });

  it("refuses one that is too old, each time", async () => {
    await expect(find("nix (Nix) 2.3.16")).rejects.toMatchObject({ code: "E_NIX_MISSING" });
    await expect(find("nix (Nix) 2.3.16")).rejects.toMatchObject({ hint: expect.stringContaining("2.8") });
  });
});
