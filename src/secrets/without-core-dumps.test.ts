// In a process of its own: what it is told holds for all of its life.
import { join } from "node:path";
import { expect, test } from "vitest";
import { spawnRunner } from "../process/spawn-runner.ts";

test.skipIf(process.platform !== "linux")(
  "a core dump has no memory in it, neither of ours nor of a program that we start",
  async () => {
    const statements = `
      import { execSync } from "node:child_process";
      import { withoutCoreDumps } from ${JSON.stringify(join(import.meta.dirname, "without-core-dumps.ts"))};
      withoutCoreDumps();
      process.stdout.write(execSync("cat /proc/self/coredump_filter"));`;
    const args = ["--input-type=module-typescript", "-e", statements];
    const { stdout } = await spawnRunner().run({ file: process.execPath, args, deadline: 60_000 });
    // Bits of the kinds of memory that are dumped.
    expect(Number.parseInt(stdout, 16)).toBe(0);
  },
);
