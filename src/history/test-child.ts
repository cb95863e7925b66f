// A process that uses a history, for the tests that kill it or take its rights.
import { HostName } from "../domain/host-name.ts";
import { openHistory } from "./open-history.ts";
import { finished, identified, started } from "./test-events.ts";

const [, , what = "", path = "", round = "0"] = process.argv;
const web = HostName.parse("web-01");
const { history, warning } = openHistory({
  path,
  now: () => new Date(),
  onFailure: (failure) => {
    throw failure;
  },
});

if (what === "read") {
  history.record(started("bbbbbbbb", 100, [web]));
  const runs = history.lastRuns(9).map((run) => run.run);
  process.stdout.write(JSON.stringify({ code: warning?.code, known: history.lastKnown(web), runs }));
} else {
  for (let index = 0; index < 50_000; index++) {
    const run = `${round}${String(index).padStart(7, "0")}`;
    history.record(started(run, index, ["web-01", "db-01"]));
    history.record(identified(run, index, "web-01"));
    process.stdout.write(`${run}\n`);
    history.record(finished(run, index, "web-01", "deployed"));
  }
}
