// A small change for every host, brought there by flotilla and by what colmena would run, by turns.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchFleet, mustSucceed } from "./bench-fleet.ts";
import { colmenaSequence } from "./colmena-sequence.ts";
import { Costs } from "./costs.ts";
import { byTurns, Measured } from "./measure.ts";
import { peakMemoryEnvironment, readPeakMemory } from "./peak-memory.ts";
import { megabytes, ratio, type Report, seconds } from "./report.ts";

/** Options that make evaluating a host about as long as the real NixOS modules do, which take 0.9 s. */
export const realWeight = 200_000;

/** @param weight options that each host evaluates beside its few own */
export async function changed(fleet: BenchFleet, rounds: number, weight: number): Promise<Report> {
  await fleet.weigh(weight);
  const evaluation = weight === 0 ? "evaluated in no time" : "evaluated as long as with the real NixOS modules";
  const sequence = colmenaSequence({ names: fleet.names, sshConfigFile: fleet.bed.access.configFile });
  const directory = await mkdtemp(join(tmpdir(), "flotilla-bench-"));
  const memoryFile = join(directory, "memory");
  const peaks: number[] = [];
  const costs = { flotilla: new Costs(fleet), colmena: new Costs(fleet) };
  try {
    const flotilla = new Measured({
      name: "flotilla",
      command: "flotilla deploy",
      prepare: async () => {
        await fleet.nextRelease();
        await costs.flotilla.begin();
      },
      run: () => fleet.mustDeploy([], peakMemoryEnvironment(memoryFile)),
      after: async () => {
        await costs.flotilla.end();
        peaks.push(await readPeakMemory(memoryFile));
      },
    });
    const colmena = new Measured({
      name: "colmena's commands",
      command: sequence,
      prepare: async () => {
        await fleet.nextRelease();
        await costs.colmena.begin();
      },
      run: async () => mustSucceed("colmena's commands", await fleet.run(["sh", "-c", sequence])),
      after: () => costs.colmena.end(),
    });
    await byTurns(rounds, [flotilla, colmena]);
    const hosts = fleet.names.length;
    return {
      title: `a change on ${hosts} hosts, ${evaluation}`,
      findings: [
        {
          what: `\`deploy\` of a change to ${hosts} hosts, ${evaluation} : colmena's commands`,
          value: ratio(flotilla.median / colmena.median),
          aim: weight === 0 ? null : "≤ 0.5",
        },
        {
          what: "logins a host, flotilla : colmena's commands",
          value: `${costs.flotilla.logins} : ${costs.colmena.logins}`,
          aim: "2 (one, and the confirming one)",
        },
        {
          what: "processor time of the operator and all hosts, flotilla : colmena's commands",
          value: `${seconds(costs.flotilla.processorTime)} : ${seconds(costs.colmena.processorTime)}`,
          aim: null,
        },
        { what: `peak memory, ${hosts} hosts`, value: megabytes(Math.max(...peaks)), aim: "≤ 150 MB" },
      ],
      measured: [flotilla, colmena],
      notes: [
        "each time a release that no host has seen; evaluation, build, copy and activation are counted in both",
        "flotilla also inspects, guards, confirms over a second login and moves the profile only then; the commands do not",
        "colmena's own time, and the second that it sleeps at the end of each run, are left out",
      ],
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}
