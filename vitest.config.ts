// Two kinds of tests: `unit` needs Node alone; `bed` needs root, Debian and brings up real hosts (test/bed).
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
          globalSetup: "test/bundle.ts",
          pool: "forks",
          maxWorkers: 2,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
