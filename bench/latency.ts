// What distance costs: the same deploys over cables with a round trip of 40 ms and of none.
import { setTimeout as sleep } from "node:timers/promises";
import { type BenchFleet, mustSucceed } from "./bench-fleet.ts";
import { colmenaSequence } from "./colmena-sequence.ts";
import { Costs } from "./costs.ts";
import { byTurns, Measured } from "./measure.ts";
import { ratio, type Report } from "./report.ts";

/** Milliseconds there and back. */
const roundTrip = 40;

/** @param fleet its hosts have user-space cables */
export async function latency(fleet: BenchFleet, rounds: number): Promise<Report> {
  const far = async (delay: number): Promise<void> => {
    await Promise.all(fleet.hosts.map((host) => host.setCable({ delay })));
    // The cables read their settings every twentieth of a second.
    await sleep(200);
  };
  const costs = new Costs(fleet);
  const deploy = (what: "nothing to do" | "a change", delay: number): Measured => {
    const isChange = what === "a change";
    return new Measured({
      name: `${what}, a round trip takes ${delay * 2} ms`,
      command: "flotilla deploy",
      prepare: async () => {
        if (isChange) await fleet.nextRelease();
        await far(delay);
        if (isChange) await costs.begin();
      },
      run: () => fleet.mustDeploy(),
      after: async () => {
        if (isChange) await costs.end();
      },
    });
  };
  const near = { change: deploy("a change", 0), settled: deploy("nothing to do", 0) };
  const distant = { change: deploy("a change", roundTrip / 2), settled: deploy("nothing to do", roundTrip / 2) };
  const sequence = colmenaSequence({ names: fleet.names, sshConfigFile: fleet.bed.access.configFile });
  const colmena = new Measured({
    name: `a change by colmena's commands, a round trip takes ${roundTrip} ms`,
    command: "as in `changed`, for these hosts",
    prepare: async () => {
      await fleet.nextRelease();
      await far(roundTrip / 2);
    },
    run: async () => mustSucceed("colmena's commands", await fleet.run(["sh", "-c", sequence])),
  });
  // In this order and in the opposite one, what has nothing to do follows a deploy by flotilla, which leaves its evaluation.
  const measured = [colmena, near.change, near.settled, distant.change, distant.settled];
  await byTurns(rounds, measured);
  const compare = (what: "change" | "settled"): string => {
    const added = distant[what].median - near[what].median;
    return `${ratio(distant[what].median / near[what].median)} (${(added / roundTrip).toFixed(0)} round trips more)`;
  };
  return {
    title: `distance, ${fleet.names.length} hosts`,
    findings: [
      { what: `unchanged \`deploy\` at ${roundTrip} ms round trip : at 0`, value: compare("settled"), aim: null },
      { what: `changed \`deploy\` at ${roundTrip} ms round trip : at 0`, value: compare("change"), aim: null },
      {
        what: `changed \`deploy\` at ${roundTrip} ms round trip : colmena's commands, to ${fleet.names.length} hosts`,
        value: ratio(distant.change.median / colmena.median),
        aim: "≤ 0.5",
      },
      { what: "logins a host, changed", value: costs.logins, aim: "2 (one, and the confirming one)" },
    ],
    measured,
    notes: [
      "round trips: what the distance added, divided by its round trip; TCP's and ssh's handshakes are in it",
      "the cable is a program that delays every frame; it costs some processor time of its own, at 0 ms as well",
    ],
  };
}
