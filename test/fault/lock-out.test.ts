// A new system that nobody could reach must not stay, whatever else it does well.
import { afterAll, beforeAll, expect, test } from "vitest";
import { endOf, Scene, seenOn } from "./scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.create();
});
afterAll(() => scene.destroy());

test("a system without sshd goes back by itself", async () => {
  const host = await scene.host("no-sshd");
  const before = await seenOn(host);
  await scene.wish("no-sshd", { system: 'label = "2"; sshd = false;' });
  const { events, exitCode } = await scene.flotilla(["deploy", "--json", "--on", "no-sshd"]);
  expect(endOf(events, "no-sshd")).toEqual({ outcome: "rolled-back", code: "E_CONFIRM_TIMEOUT" });
  expect(exitCode).toBe(1);
  expect(await seenOn(host)).toEqual(before);
});

test("a port that the new configuration declares is followed", async () => {
  const host = await scene.host("port");
  await scene.wish("port", { system: 'label = "2"; sshPorts = [ 2222 ];' });
  const wanted = await scene.toplevel("port");
  const { events, exitCode } = await scene.flotilla(["deploy", "--json", "--on", "port"]);
  expect(endOf(events, "port")).toEqual({ outcome: "deployed", code: null });
  expect(exitCode).toBe(0);
  const { stdout } = await host.exec(["readlink", "-f", "/run/current-system"]);
  expect(stdout).toBe(wanted);
});
