// Three kinds of tests: `unit` needs Node alone; `bed` needs root, Debian and brings up real hosts (test/bed); `machines` brings up
// whole machines with disks, kernels and boot loaders of their own besides (test/bed/machines).
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "test/cli/**/*.test.ts", "scripts/**/*.test.ts"],
          pool: "threads",
          isolate: false,
          // More than there may be processors: most of them wait for programs, and for what a guard waits for.
          maxWorkers: 3,
          // Nothing is asserted about time; a machine may be busy.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "bed",
          include: [
            "test/bed/**/*.test.ts",
            "test/corpus/**/*.test.ts",
            "test/fault/**/*.test.ts",
            "test/journey/**/*.test.ts",
          ],
          exclude: ["test/bed/machines/**"],
          globalSetup: "test/bundle.ts",
          pool: "forks",
          // More than there may be processors: most of the time hosts are waited for.
          maxWorkers: 4,
          // Against what hangs.
          testTimeout: 400_000,
          hookTimeout: 400_000,
        },
      },
      {
        test: {
          name: "machines",
          include: ["test/machines/**/*.test.ts", "test/bed/machines/**/*.test.ts", "test/disks/**/*.test.ts"],
          globalSetup: "test/bundle.ts",
          pool: "forks",
          // A machine under software emulation takes one processor and more.
          maxWorkers: 2,
          testTimeout: 1_500_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
