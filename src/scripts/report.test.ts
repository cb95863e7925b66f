// Scripts end with the exit status of a run.
import fc from "fast-check";
import { expect, test } from "vitest";
import { readAsset } from "../assets.ts";
import { shellQuote } from "../domain/shell-quote.ts";
import { Outcome, runExitStatus } from "../domain/outcome.ts";
import { spawnRunner } from "../process/spawn-runner.ts";

const runner = spawnRunner();

/** How hosts of a script end; the outcome that counts for the status, null where it does not. */
const ends: readonly { readonly line: readonly string[]; readonly counts: Outcome | null }[] = [
  ...Outcome.extract(["unchanged", "deployed", "tested"]).options.map((outcome) => ({
    line: ["end_host", outcome, "-", ""],
    counts: outcome,
  })),
  ...Outcome.extract(["rolled-back", "refused", "failed", "unreachable", "lost-contact"]).options.map((outcome) => ({
    line: ["end_host", outcome, "E_SOMETHING", "because"],
    counts: outcome,
  })),
  { line: ["end_host", "skipped", "-", ""], counts: null },
  { line: ["halt_host", "db-01"], counts: "skipped" },
];

test("the same outcomes, the same status", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...ends), { maxLength: 5 }), async (hosts) => {
      const script = [
        "set -u; name=web-01 outcomes='' succeeded=' '",
        readAsset("src/scripts/parts/report.sh"),
        ...hosts.map(({ line }) => shellQuote(line)),
        "final_status",
      ].join("\n");
      const { exitCode, stdout } = await runner.run({ file: "sh", args: ["-s"], stdin: script, deadline: 10_000 });
      expect(exitCode).toBe(runExitStatus(hosts.flatMap(({ counts }) => counts ?? [])));
      expect(stdout.split("\n").slice(0, -1)).toEqual(hosts.map(({ counts }) => `web-01 | ${counts ?? "skipped"}`));
    }),
    { numRuns: 60 },
  );
});

test("what a host has said does not steer the terminal", async () => {
  const script = `name=web-01\n${readAsset("src/scripts/parts/report.sh")}\nsay "$(printf 'a\\033[2J\\nb')"`;
  const { stderr } = await runner.run({ file: "sh", args: ["-s"], stdin: script, deadline: 10_000 });
  expect(stderr.trim()).toBe("web-01 | a [2J b");
});
