// Garbage is collected while a deployment is under way, on the host and here: nothing that is being deployed goes.
import { expect, test } from "vitest";
import type { Host } from "../bed/host.ts";
import {
  changeOf,
  expectOn,
  guardEnters,
  HeldBuild,
  hold,
  patient,
  release,
  saysActivating,
  standStill,
  startDeploy,
} from "./change.ts";
import { endOf, eventsOf, phaseBegins, Scene, seenOn, until } from "./scene.ts";

const held = `activation = "${standStill}";`;

async function collectGarbage(host: Host): Promise<void> {
  const { exitCode } = await host.exec(["nix-collect-garbage"]);
  expect(exitCode).toBe(0);
}

test.concurrent("on the host, while the new system is activated: all of it stays", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "new", { to: { system: `label = "2"; ${held}`, deployment: patient } });
  const { host, name, wanted } = change;
  await hold(host);
  const running = await startDeploy(scene, name);
  await until(running, "the activation", saysActivating(name));
  await collectGarbage(host);
  await release(host);
  const { stdout } = await running.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "deployed", code: null });
  await expectOn(change, wanted);
});

test.concurrent("on the host, while the new system runs: what is gone back to stays, also where no profile names it", async () => {
  await using scene = await Scene.create();
  const { host, name, old } = await changeOf(scene, "old", { to: { system: 'label = "2";', deployment: patient } });
  const tested = await scene.flotilla(["deploy", "test", "--json", "--on", name]);
  expect(endOf(tested.events, name)).toEqual({ outcome: "tested", code: null });
  const { running: previous } = await seenOn(host);

  await scene.wish(name, { system: 'label = "3"; sshd = false;', deployment: "rollback.confirmTimeout = 15;" });
  const running = await startDeploy(scene, name);
  await guardEnters(host, "awaiting-confirm");
  await collectGarbage(host);
  const { stdout } = await running.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "rolled-back", code: "E_CONFIRM_TIMEOUT" });
  await host.waitUntilUp();
  expect(await seenOn(host)).toEqual({ running: previous, bootsNext: old, profile: old, state: "running" });
});

test.concurrent("on the host, while what was copied waits for its turn: it stays", async () => {
  await using scene = await Scene.create();
  const first = await changeOf(scene, "first", { to: { system: `label = "2"; ${held}`, deployment: patient } });
  const second = await changeOf(scene, "second", {
    to: { system: 'label = "2";', deployment: `dependsOn = [ "first" ]; ${patient}` },
  });
  await hold(first.host);
  const running = await scene.start(["deploy", "--json"]);
  await until(running, "the activation", saysActivating("first"));
  await until(
    running,
    "the end of the copy",
    (event) =>
      event.type === "host-phase" && event.host === "second" && event.phase === "copy" && event.state === "finished",
  );
  await collectGarbage(second.host);
  await release(first.host);
  const { stdout } = await running.finished;
  expect(endOf(eventsOf(stdout), "first")).toEqual({ outcome: "deployed", code: null });
  expect(endOf(eventsOf(stdout), "second")).toEqual({ outcome: "deployed", code: null });
  await Promise.all([first, second].map((change) => expectOn(change, change.wanted)));
});

test.concurrent("here, while what was built waits to be copied: it cannot be deleted", async () => {
  await using scene = await Scene.create();
  const build = await HeldBuild.in(scene);
  await build.letGo();
  const busy = await changeOf(scene, "busy", {
    to: { system: 'label = "2"; payloadMiB = 16;', deployment: patient },
    options: { cable: { rate: 8_000 } },
  });
  const waiting = await changeOf(scene, "waiting", {
    to: { system: `label = "2"; ${build.setting}`, deployment: patient },
  });
  const running = await scene.start(["deploy", "--json", "--copy-parallel", "1"]);
  await until(running, "the copy", phaseBegins("busy", "copy"));
  await until(
    running,
    "the end of the build",
    (event) =>
      event.type === "host-phase" && event.host === "waiting" && event.phase === "build" && event.state === "finished",
  );
  // Of one path, because the store is shared with other tests; a collection would delete what this may delete.
  const deletion = await scene.bed.controller.run(["nix-store", "--delete", waiting.wanted]);
  expect(deletion.stderr).toContain("still alive");
  await busy.host.setCable({});
  const { stdout } = await running.finished;
  expect(endOf(eventsOf(stdout), "waiting")).toEqual({ outcome: "deployed", code: null });
  await expectOn(waiting, waiting.wanted);
});
