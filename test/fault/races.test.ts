// Two at the same host, or at different ones, or the same one twice: one wins, the other is told who holds the host.
import { expect, test } from "vitest";
import { join } from "node:path";
import type { ControllerOptions } from "../bed/controller.ts";
import {
  changeOf,
  expectOn,
  HeldBuild,
  historyOf,
  hold,
  patient,
  release,
  runOf,
  saysActivating,
  standStill,
  startDeploy,
} from "./change.ts";
import { endOf, eventsOf, phaseBegins, Scene, until } from "./scene.ts";

/** Somebody with a home, and so a history, of their own. */
const operator = (scene: Scene, name: string): ControllerOptions => ({
  home: join(scene.bed.directory, "homes", name),
  env: { SUDO_USER: name },
});

const held = `activation = "${standStill}";`;

function refusalIn(stdout: string, host: string): string {
  const end = eventsOf(stdout).find((event) => event.type === "host-finished" && event.host === host);
  return end?.type === "host-finished" ? (end.reason?.message ?? "") : "";
}

test.concurrent("who comes second is refused, and told who holds the host since when", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "held", { to: { system: `label = "2"; ${held}`, deployment: patient } });
  const { host, name, wanted } = change;
  await hold(host);
  const first = await startDeploy(scene, name, operator(scene, "ana"));
  await until(first, "the activation", saysActivating(name));

  const second = await scene.flotilla(["deploy", "--json", "--on", name], operator(scene, "ben"));
  expect(second.events.some(phaseBegins(name, "build"))).toBe(false);
  expect(endOf(second.events, name)).toEqual({ outcome: "refused", code: "E_LOCKED" });
  expect(second.exitCode).toBe(3);
  const run = await runOf(first);
  const words = new RegExp(`^run ${run} of ana@\\S+ holds the host since \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$`);
  expect(refusalIn(second.stdout, name)).toMatch(words);

  await release(host);
  const { exitCode, stdout } = await first.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "deployed", code: null });
  expect(exitCode).toBe(0);
  await expectOn(change, wanted);
});

test.concurrent("who was let in while the host was free, and comes to it second, is refused by the guard", async () => {
  await using scene = await Scene.create();
  const build = await HeldBuild.in(scene);
  const { host, name } = await changeOf(scene, "raced", {
    to: { system: `label = "3"; ${build.setting}`, deployment: patient },
  });
  const late = await startDeploy(scene, name, operator(scene, "ben"));
  await until(late, "the build", phaseBegins(name, "build"));

  await scene.wish(name, { system: `label = "2"; ${held}`, deployment: patient });
  const wanted = await scene.toplevel(name);
  await hold(host);
  const quick = await startDeploy(scene, name, operator(scene, "ana"));
  await until(quick, "the activation", saysActivating(name));

  await build.letGo();
  const refused = await late.finished;
  expect(endOf(eventsOf(refused.stdout), name)).toEqual({ outcome: "refused", code: "E_LOCKED" });
  expect(refused.exitCode).toBe(3);
  expect(refusalIn(refused.stdout, name)).toContain(`run ${await runOf(quick)} of ana@`);

  await release(host);
  const { stdout } = await quick.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "deployed", code: null });
  await expectOn({ host }, wanted);
});

test.concurrent("two operators deploy to different hosts at the same time", async () => {
  await using scene = await Scene.create();
  const one = await changeOf(scene, "one", { to: { system: `label = "2"; ${held}`, deployment: patient } });
  const other = await changeOf(scene, "other", { to: { system: `label = "2"; ${held}`, deployment: patient } });
  await Promise.all([hold(one.host), hold(other.host)]);
  const ana = await startDeploy(scene, one.name, operator(scene, "ana"));
  const ben = await startDeploy(scene, other.name, operator(scene, "ben"));
  await until(ana, "the activation", saysActivating(one.name));
  await until(ben, "the activation", saysActivating(other.name));
  await Promise.all([release(one.host), release(other.host)]);
  expect(endOf(eventsOf((await ana.finished).stdout), one.name)).toEqual({ outcome: "deployed", code: null });
  expect(endOf(eventsOf((await ben.finished).stdout), other.name)).toEqual({ outcome: "deployed", code: null });
  await Promise.all([one, other].map((change) => expectOn(change, change.wanted)));
});

test.concurrent("the same operator twice at the same moment: one deploys, the other is refused, the history has both", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "twice", { to: { system: `label = "2"; ${held}`, deployment: patient } });
  const { host, name, wanted } = change;
  await hold(host);
  const both = await Promise.all([startDeploy(scene, name), startDeploy(scene, name)]);
  const loser = await Promise.race(both.map(async (running) => (await running.finished, running)));
  const winner = both.find((running) => running !== loser) ?? loser;
  const refused = await loser.finished;
  expect(endOf(eventsOf(refused.stdout), name)).toEqual({ outcome: "refused", code: "E_LOCKED" });
  expect(refused.exitCode).toBe(3);
  await release(host);
  const { stdout } = await winner.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "deployed", code: null });
  await expectOn(change, wanted);
  expect((await historyOf(scene, name)).toSorted((a, b) => String(a.outcome).localeCompare(String(b.outcome)))).toEqual(
    [
      { run: await runOf(winner), outcome: "deployed", code: null },
      { run: await runOf(loser), outcome: "refused", code: "E_LOCKED" },
    ],
  );
});
