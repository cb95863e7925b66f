// The operator's program dies at each phase of a deployment, or is interrupted: the host ends well, and its end can be learnt.
import { expect, test } from "vitest";
import {
  changeOf,
  expectOn,
  guardEnters,
  HeldBuild,
  historyOf,
  hold,
  kill,
  pressControlC,
  release,
  runOf,
  saysActivating,
  standStill,
  startDeploy,
  statusOf,
} from "./change.ts";
import { endOf, eventsOf, phaseBegins, Scene, until } from "./scene.ts";

async function attach(scene: Scene, run: string): Promise<ReturnType<typeof endOf>> {
  const { events } = await scene.flotilla(["attach", run, "--json"]);
  const host = events.find((event) => event.type === "host-finished")?.host ?? "";
  return endOf(events, host);
}

test.concurrent("killed before anything is changed: nothing is, and the next deploy just works", async () => {
  await using scene = await Scene.create();
  const build = await HeldBuild.in(scene);
  const slow = { rate: 8_000 };
  const { host, name, old, wanted } = await changeOf(scene, "early", {
    to: { system: `label = "2"; payloadMiB = 24; ${build.setting}` },
    options: { cable: slow },
  });
  const untouched = { outcome: "failed", code: "E_INTERRUPTED" };

  const evaluating = await startDeploy(scene, name);
  await until(evaluating, "the evaluation", phaseBegins(name, "evaluate"));
  await kill(evaluating);
  expect(await attach(scene, await runOf(evaluating))).toEqual(untouched);

  await host.stall("sshd");
  const connecting = await startDeploy(scene, name);
  await until(connecting, "the login", phaseBegins(name, "connect"));
  await kill(connecting);
  await host.unstall("sshd");
  expect(await attach(scene, await runOf(connecting))).toEqual(untouched);

  const building = await startDeploy(scene, name);
  await until(building, "the build", phaseBegins(name, "build"));
  await kill(building);
  await build.letGo();
  expect(await attach(scene, await runOf(building))).toEqual(untouched);

  const copying = await startDeploy(scene, name);
  await until(copying, "the copy", (event) => event.type === "host-progress" && event.phase === "copy");
  await kill(copying);
  await host.setCable({});
  expect(await attach(scene, await runOf(copying))).toEqual(untouched);

  await expectOn({ host }, old);
  const { events, exitCode } = await scene.flotilla(["deploy", "--json", "--on", name]);
  expect(endOf(events, name)).toEqual({ outcome: "deployed", code: null });
  expect(exitCode).toBe(0);
  await expectOn({ host }, wanted);
  expect((await historyOf(scene, name)).map(({ outcome }) => outcome)).toEqual([
    "deployed",
    "failed",
    "failed",
    "failed",
    "failed",
  ]);
}, 300_000);

test.concurrent("killed while the new system is activated: nobody confirms it, and the host goes back", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "activate", { to: { system: `label = "2"; activation = "${standStill}";` } });
  const { host, name, old, wanted } = change;
  await hold(host);
  const running = await startDeploy(scene, name);
  await until(running, "the activation", saysActivating(name));
  await kill(running);
  const attached = attach(scene, await runOf(running));
  await release(host);
  expect(await attached).toEqual({ outcome: "rolled-back", code: "E_CONFIRM_TIMEOUT" });
  await expectOn(change, old);
  expect(await statusOf(scene, name)).toEqual({ problem: null, outcome: "rolled-back" });

  const { events } = await scene.flotilla(["deploy", "--json", "--on", name]);
  expect(endOf(events, name)).toEqual({ outcome: "deployed", code: null });
  await expectOn(change, wanted);
  expect((await historyOf(scene, name)).map(({ outcome }) => outcome)).toEqual(["deployed", "rolled-back"]);
});

test.concurrent("killed while the new system waits to be confirmed: the host goes back", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "confirm", { to: { system: 'label = "2"; sshd = false;' } });
  const running = await startDeploy(scene, change.name);
  await until(running, "the confirmation", phaseBegins(change.name, "confirm"));
  await kill(running);
  await guardEnters(change.host, "finished");
  // Nobody has attached: status asks the host.
  expect(await statusOf(scene, change.name)).toEqual({ problem: null, outcome: "rolled-back" });
  expect(await attach(scene, await runOf(running))).toEqual({ outcome: "rolled-back", code: "E_CONFIRM_TIMEOUT" });
  await expectOn(change, change.old);
});

test.concurrent("killed while the new system becomes the boot default: that is finished", async () => {
  await using scene = await Scene.create();
  const preSwitch = `[ "$2" != boot ] || ${standStill}`;
  const change = await changeOf(scene, "commit", {
    to: { system: `label = "2"; preSwitch = ''${preSwitch}'';` },
  });
  await hold(change.host);
  const running = await startDeploy(scene, change.name);
  await until(running, "the commit", phaseBegins(change.name, "commit"));
  await kill(running);
  await release(change.host);
  await guardEnters(change.host, "finished");
  expect(await statusOf(scene, change.name)).toEqual({ problem: null, outcome: "deployed" });
  expect(await attach(scene, await runOf(running))).toEqual({ outcome: "deployed", code: null });
  await expectOn(change, change.wanted);
});

test.concurrent("Ctrl-C before anything is changed: nothing is", async () => {
  await using scene = await Scene.create();
  const build = await HeldBuild.in(scene);
  const change = await changeOf(scene, "halted", { to: { system: `label = "2"; ${build.setting}` } });
  const running = await startDeploy(scene, change.name);
  await until(running, "the build", phaseBegins(change.name, "build"));
  pressControlC(running);
  const { exitCode, stdout } = await running.finished;
  await build.letGo();
  expect(exitCode).toBe(130);
  expect(endOf(eventsOf(stdout), change.name)).toEqual({ outcome: "skipped", code: "E_INTERRUPTED" });
  await expectOn(change, change.old);
});

test.concurrent("Ctrl-C during the activation: what is under way is finished", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "finishing", { to: { system: `label = "2"; activation = "${standStill}";` } });
  await hold(change.host);
  const running = await startDeploy(scene, change.name);
  await until(running, "the activation", saysActivating(change.name));
  pressControlC(running);
  await until(running, "the word about it", (event) => event.type === "warning");
  await release(change.host);
  const { exitCode, stdout } = await running.finished;
  expect(exitCode).toBe(130);
  expect(endOf(eventsOf(stdout), change.name)).toEqual({ outcome: "deployed", code: null });
  await expectOn(change, change.wanted);
});

test.concurrent("Ctrl-C twice: we leave, and the guard decides", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "left", { to: { system: `label = "2"; activation = "${standStill}";` } });
  await hold(change.host);
  const running = await startDeploy(scene, change.name);
  await until(running, "the activation", saysActivating(change.name));
  pressControlC(running);
  await until(running, "the word about it", (event) => event.type === "warning");
  pressControlC(running);
  // While the activation stands still: there is nothing that it waits for.
  const { exitCode, stdout } = await running.finished;
  expect(exitCode).toBe(130);
  expect(endOf(eventsOf(stdout), change.name)).toEqual({ outcome: "lost-contact", code: "E_CONNECTION_LOST" });
  await release(change.host);
  await guardEnters(change.host, "finished");
  expect(await statusOf(scene, change.name)).toEqual({ problem: null, outcome: "rolled-back" });
  await expectOn(change, change.old);
});
