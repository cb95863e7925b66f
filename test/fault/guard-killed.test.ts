// The guard itself dies, hangs, or goes down with its machine: the host comes to the end that the guard owed it.
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Host } from "../bed/host.ts";
import { waitUntil } from "../bed/wait-until.ts";
import {
  changeOf,
  expectOn,
  guardEnters,
  hold,
  patient,
  release,
  saysActivating,
  standStill,
  standStillAt,
  startDeploy,
  statusOf,
} from "./change.ts";
import { endOf, eventsOf, type HostEnd, Scene, until } from "./scene.ts";

/** main: its own process, so that systemd runs what the unit says about its end; all: that as well. */
async function signalGuard(host: Host, signal: "KILL" | "STOP", whom: "main" | "all"): Promise<void> {
  const words = ["systemctl", "kill", `--signal=${signal}`, `--kill-whom=${whom}`, "flotilla-guard.service"] as const;
  const { exitCode, stderr } = await host.exec([...words]);
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
}

async function isIn(host: Host, unit: string, state: string): Promise<boolean> {
  return (await host.exec(["systemctl", "is-active", unit])).stdout === state;
}

// preActivate runs the system's pre-switch checks with the old system as second word, switch-to-configuration with its verb.
const preSwitch = `
  case "$2" in
    /nix/store/*) ${standStillAt("checking")} ;;
    boot) ${standStillAt("committing")} ;;
  esac
`;
test.concurrent("killed in any state, the guard leaves the old system; in the commit, the new one", async () => {
  await using scene = await Scene.create();
  const unconfirmable = join(scene.bed.directory, "unconfirmable");
  const healthChecks = `[
    { type = "command"; command = [ "sh" "-c" "! grep -qx health /run/hold" ]; timeout = 60; }
    { type = "command"; from = "operator"; command = [ "test" "!" "-e" "${unconfirmable}" ]; timeout = 60; }
  ]`;
  const change = await changeOf(scene, "killed", {
    to: {
      system: `label = "2"; activation = ''${standStillAt("activating")}''; preSwitch = ''${preSwitch}'';`,
      deployment: `preActivate = "pre-switch-checks"; healthChecks = ${healthChecks}; ${patient}`,
    },
  });
  const { host, name, old, wanted } = change;

  const killedWhile = async (state: string): Promise<HostEnd> => {
    await hold(host, state);
    const running = await startDeploy(scene, name);
    await guardEnters(host, state);
    await signalGuard(host, "KILL", "all");
    await release(host);
    const { stdout } = await running.finished;
    return endOf(eventsOf(stdout), name);
  };

  expect(await killedWhile("checking")).toEqual({ outcome: "failed", code: "E_GUARD_LOST" });
  await expectOn(change, old);
  expect(await killedWhile("activating")).toEqual({ outcome: "rolled-back", code: "E_GUARD_LOST" });
  await expectOn(change, old);
  expect(await killedWhile("health")).toEqual({ outcome: "rolled-back", code: "E_GUARD_LOST" });
  await expectOn(change, old);
  await writeFile(unconfirmable, "");
  expect(await killedWhile("awaiting-confirm")).toEqual({ outcome: "rolled-back", code: "E_GUARD_LOST" });
  await expectOn(change, old);
  await rm(unconfirmable);
  expect(await killedWhile("committing")).toEqual({ outcome: "deployed", code: null });
  await expectOn(change, wanted);
}, 300_000);

test.concurrent("killed while it goes back, and what takes over as well: the host goes back all the same", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "twice", {
    from: { system: `activation = "${standStill}";` },
    to: { system: 'label = "2"; activation = "exit 1";' },
  });
  const { host, name, old } = change;
  await hold(host);
  const running = await startDeploy(scene, name);
  await guardEnters(host, "reverting");
  await signalGuard(host, "KILL", "main");
  await waitUntil("what takes over", () => isIn(host, "flotilla-guard.service", "deactivating"), { deadline: 30_000 });
  await signalGuard(host, "KILL", "all");
  await release(host);
  const { exitCode, stdout } = await running.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "rolled-back", code: "E_ACTIVATION" });
  expect(exitCode).toBe(1);
  await expectOn(change, old);
});

test.concurrent("a guard that hangs is relieved by the deadman", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "hung", {
    to: { system: 'label = "2"; sshd = false;', deployment: "activationTimeout = 15; rollback.confirmTimeout = 2;" },
  });
  const { host, name, old } = change;
  const running = await startDeploy(scene, name);
  await until(running, "the activation", saysActivating(name));
  await signalGuard(host, "STOP", "all");
  const { exitCode, stdout } = await running.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "rolled-back", code: "E_GUARD_LOST" });
  expect(exitCode).toBe(1);
  await expectOn(change, old);
}, 300_000);

test.concurrent("the new system reboots the host while it is activated: the old one boots", async () => {
  await using scene = await Scene.create();
  const change = await changeOf(scene, "reboots", {
    to: { system: 'label = "2"; activation = "systemctl reboot; sleep 60";' },
  });
  const { exitCode, events } = await scene.flotilla(["deploy", "--json", "--on", change.name]);
  expect(endOf(events, change.name)).toEqual({ outcome: "rolled-back", code: "E_POWER_LOSS" });
  expect(exitCode).toBe(1);
  await expectOn(change, change.old);
  expect(await statusOf(scene, change.name)).toEqual({ problem: null, outcome: "rolled-back" });
});
