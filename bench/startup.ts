// How long the program takes to do nothing: what every completion and every `--help` waits for.
import { spawnSync } from "node:child_process";
import { byTurns, Measured } from "./measure.ts";
import { ratio, type Report } from "./report.ts";

export async function startup(program: string, rounds: number): Promise<Report> {
  const node = (words: readonly string[]) => async (): Promise<void> => {
    const { status, stderr } = spawnSync(process.execPath, words);
    if (status !== 0) throw new Error(`node ${words.join(" ")}: ${String(stderr)}`);
  };
  const bare = new Measured({ name: "node", command: "node -e 0", run: node(["-e", "0"]) });
  const version = new Measured({
    name: "flotilla",
    command: "flotilla --version",
    run: node([program, "--version"]),
  });
  await byTurns(rounds, [bare, version]);
  return {
    title: "start-up",
    findings: [
      { what: "`flotilla --version` : `node -e 0`", value: ratio(version.median / bare.median), aim: "≤ 1.6" },
    ],
    measured: [bare, version],
    notes: [`Node.js ${process.version}, the same for both`],
  };
}
