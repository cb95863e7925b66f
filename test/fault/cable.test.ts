// The network fails at each step of a deployment; hosts decide for themselves, and what was told is what they did.
import { expect, test } from "vitest";
import {
  changeOf,
  expectOn,
  guardEnters,
  hold,
  patient,
  release,
  saysActivating,
  standStill,
  startDeploy,
  statusOf,
} from "./change.ts";
import { endOf, eventsOf, phaseBegins, Scene, until } from "./scene.ts";

const held = `activation = "${standStill}";`;
const heldInCommit = `preSwitch = ''[ "$2" != boot ] || ${standStill}'';`;

test.concurrent("cut before: nothing was reachable, nothing is changed", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "away", { to: { system: 'label = "2";', deployment: patient } });
  const { host, name, old, wanted } = change;
  await host.cutCable();
  const { events, exitCode } = await scene.flotilla(["deploy", "--json", "--on", name]);
  expect(endOf(events, name)).toEqual({ outcome: "unreachable", code: "E_UNREACHABLE" });
  expect(exitCode).toBe(4);
  await host.healCable();
  await expectOn(change, old);
  const again = await scene.flotilla(["deploy", "--json", "--on", name]);
  expect(endOf(again.events, name)).toEqual({ outcome: "deployed", code: null });
  await expectOn(change, wanted);
});

test.concurrent("cut during the copy: nothing is changed, and a second deploy finishes it", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "copy", {
    to: { system: 'label = "2"; payloadMiB = 16;', deployment: patient },
    options: { cable: { rate: 8_000 } },
  });
  const { host, name, old, wanted } = change;
  const running = await startDeploy(scene, name);
  await until(running, "the copy", (event) => event.type === "host-progress" && event.phase === "copy");
  await host.cutCable();
  const { exitCode, stdout } = await running.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "failed", code: "E_CONNECTION_LOST" });
  expect(exitCode).toBe(1);
  await host.setCable({});
  await host.healCable();
  await expectOn(change, old);
  const again = await scene.flotilla(["deploy", "--json", "--on", name]);
  expect(endOf(again.events, name)).toEqual({ outcome: "deployed", code: null });
  await expectOn(change, wanted);
});

test.concurrent("a cut during the activation that heals in time is bridged", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "bridged", { to: { system: `label = "2"; ${held}`, deployment: patient } });
  const { host, name, wanted } = change;
  await hold(host);
  const running = await startDeploy(scene, name);
  await until(running, "the activation", saysActivating(name));
  await host.cutCable();
  await release(host);
  await guardEnters(host, "awaiting-confirm");
  await host.healCable();
  const { exitCode, stdout } = await running.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "deployed", code: null });
  expect(exitCode).toBe(0);
  await expectOn(change, wanted);
});

test.concurrent("a cut during the activation that outlasts the guard's patience: the host goes back by itself", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "alone", { to: { system: `label = "2"; ${held}` } });
  const { host, name, old } = change;
  await hold(host);
  const running = await startDeploy(scene, name);
  await until(running, "the activation", saysActivating(name));
  await host.cutCable();
  await release(host);
  await guardEnters(host, "finished");
  await host.healCable();
  const { exitCode, stdout } = await running.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "rolled-back", code: "E_CONFIRM_TIMEOUT" });
  expect(exitCode).toBe(1);
  await expectOn(change, old);
});

test.concurrent("a cut that outlasts the operator's patience: lost contact is told, and status learns the end", async () => {
  await using scene = await Scene.create();
  const impatient = "activationTimeout = 15; rollback.confirmTimeout = 2;";
  const change = await changeOf(scene, "lost", { to: { system: `label = "2"; ${held}`, deployment: impatient } });
  const { host, name, old } = change;
  await hold(host);
  const running = await startDeploy(scene, name);
  await until(running, "the activation", saysActivating(name));
  await host.cutCable();
  await release(host);
  const { exitCode, stdout } = await running.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "lost-contact", code: "E_CONNECTION_LOST" });
  expect(exitCode).toBe(1);
  await guardEnters(host, "finished");
  await host.healCable();
  expect(await statusOf(scene, name)).toEqual({ problem: null, outcome: "rolled-back" });
  await expectOn(change, old);
}, 300_000);

// With a quarter of a second each way, a login takes seconds: the cut comes before it is through.
const far = { delay: 250 };

test.concurrent("during the confirmation nothing reaches the host for a while: it is confirmed later", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "deaf", {
    to: { system: 'label = "2";', deployment: patient },
    options: { cable: far },
  });
  const { host, name, wanted } = change;
  const running = await startDeploy(scene, name);
  await until(running, "the confirmation", phaseBegins(name, "confirm"));
  await host.setCable({ ...far, cut: "in" });
  await guardEnters(host, "awaiting-confirm");
  await host.setCable({});
  const { exitCode, stdout } = await running.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "deployed", code: null });
  expect(exitCode).toBe(0);
  await expectOn(change, wanted);
});

test.concurrent("during the confirmation nothing comes from the host any more: it goes back", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "mute", { to: { system: 'label = "2";' }, options: { cable: far } });
  const { host, name, old } = change;
  const running = await startDeploy(scene, name);
  await until(running, "the confirmation", phaseBegins(name, "confirm"));
  await host.setCable({ ...far, cut: "out" });
  await guardEnters(host, "finished");
  await host.setCable({});
  const { exitCode, stdout } = await running.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "rolled-back", code: "E_CONFIRM_TIMEOUT" });
  expect(exitCode).toBe(1);
  await expectOn(change, old);
});

test.concurrent("cut after the confirmation: the new system stays, and that is told", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "kept", {
    to: { system: `label = "2"; ${heldInCommit}`, deployment: patient },
  });
  const { host, name, wanted } = change;
  await hold(host);
  const running = await startDeploy(scene, name);
  await until(running, "the commit", phaseBegins(name, "commit"));
  await host.cutCable();
  await release(host);
  await guardEnters(host, "finished");
  await host.healCable();
  const { exitCode, stdout } = await running.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "deployed", code: null });
  expect(exitCode).toBe(0);
  await expectOn(change, wanted);
});
