// A host that answers, and then does nothing more: no step waits for it without end, and once it goes on, all is well.
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

const impatient = "activationTimeout = 15; rollback.confirmTimeout = 2;";

test.concurrent("before the login: unreachable", async () => {
  await using scene = await Scene.create();
  const machine = await changeOf(scene, "machine", { to: { system: 'label = "2";', deployment: patient } });
  const sshd = await changeOf(scene, "sshd", { to: { system: 'label = "2";', deployment: patient } });
  await machine.host.stall("machine");
  await sshd.host.stall("sshd");
  const { events, exitCode } = await scene.flotilla(["deploy", "--json"]);
  expect(endOf(events, "machine")).toMatchObject({ outcome: "unreachable" });
  expect(endOf(events, "sshd")).toMatchObject({ outcome: "unreachable" });
  expect(exitCode).toBe(4);
  await machine.host.unstall("machine");
  await sshd.host.unstall("sshd");
  await Promise.all([machine, sshd].map((change) => expectOn(change, change.old)));
  const again = await scene.flotilla(["deploy", "--json"]);
  expect(again.exitCode).toBe(0);
  await Promise.all([machine, sshd].map((change) => expectOn(change, change.wanted)));
});

test.concurrent("while it builds, and while it is copied to: nothing is changed", async () => {
  await using scene = await Scene.create();
  const builds = await changeOf(scene, "builds", {
    to: {
      system: `label = "2"; etc.slow = "\${(import ./system/derivations.nix { buildPlatform = "x86_64-linux"; }).derive "slow" { } "${standStill}; echo >$out"}";`,
      deployment: `buildOnTarget = true; ${patient}`,
    },
  });
  const copies = await changeOf(scene, "copies", {
    to: { system: 'label = "2"; payloadMiB = 24;', deployment: patient },
    options: { cable: { rate: 8_000 } },
  });
  await hold(builds.host);
  const running = await startDeploy(scene, "builds,copies");
  await until(running, "the build", (event) => event.type === "build-progress" && event.running.includes("slow"));
  await until(running, "the copy", (event) => event.type === "host-progress" && event.phase === "copy");
  await Promise.all([builds, copies].map(({ host }) => host.stall("machine")));
  const { exitCode, stdout } = await running.finished;
  const events = eventsOf(stdout);
  expect(endOf(events, "builds")).toEqual({ outcome: "failed", code: "E_CONNECTION_LOST" });
  expect(endOf(events, "copies")).toEqual({ outcome: "failed", code: "E_CONNECTION_LOST" });
  expect(exitCode).toBe(1);
  await Promise.all([builds, copies].map(({ host }) => host.unstall("machine")));
  await release(builds.host);
  await copies.host.setCable({});
  await Promise.all([builds, copies].map((change) => expectOn(change, change.old)));
  const again = await scene.flotilla(["deploy", "--json"]);
  expect(again.exitCode).toBe(0);
  await Promise.all([builds, copies].map((change) => expectOn(change, change.wanted)));
});

test.concurrent("only its sshd, while the new system is activated: the host goes back, and that is told", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "silent", { to: { system: `label = "2"; activation = "${standStill}";` } });
  const { host, name, old } = change;
  await hold(host);
  const running = await startDeploy(scene, name);
  await until(running, "the activation", saysActivating(name));
  await host.stall("sshd");
  await release(host);
  await guardEnters(host, "finished");
  await host.unstall("sshd");
  const { exitCode, stdout } = await running.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "rolled-back", code: "E_CONFIRM_TIMEOUT" });
  expect(exitCode).toBe(1);
  await expectOn(change, old);
});

test.concurrent("the whole of it, during activation and commit: lost contact is told, and status learns the end", async () => {
  await using scene = await Scene.create();
  const activates = await changeOf(scene, "activates", {
    to: { system: `label = "2"; activation = "${standStill}";`, deployment: impatient },
  });
  const commits = await changeOf(scene, "commits", {
    to: {
      system: `label = "2"; preSwitch = ''[ "$2" != boot ] || ${standStill}'';`,
      deployment: "activationTimeout = 15;",
    },
  });
  await Promise.all([hold(activates.host), hold(commits.host)]);
  const running = await startDeploy(scene, "activates,commits");
  await until(running, "the activation", saysActivating("activates"));
  await activates.host.stall("machine");
  await until(running, "the commit", phaseBegins("commits", "commit"));
  await commits.host.stall("machine");
  const { exitCode, stdout } = await running.finished;
  const events = eventsOf(stdout);
  expect(endOf(events, "activates")).toEqual({ outcome: "lost-contact", code: "E_CONNECTION_LOST" });
  expect(endOf(events, "commits")).toEqual({ outcome: "lost-contact", code: "E_CONNECTION_LOST" });
  expect(exitCode).toBe(1);

  await activates.host.unstall("machine");
  await release(activates.host);
  await guardEnters(activates.host, "finished");
  // Its sshd has all our attempts before it at once, and shuts us out for a while (PerSourcePenalties).
  await expectOn(activates, activates.old);
  expect(await statusOf(scene, "activates")).toEqual({ problem: null, outcome: "rolled-back" });

  await commits.host.unstall("machine");
  await release(commits.host);
  await guardEnters(commits.host, "finished");
  await expectOn(commits, commits.wanted);
  expect(await statusOf(scene, "commits")).toEqual({ problem: null, outcome: "deployed" });
}, 300_000);
