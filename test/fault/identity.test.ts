// Machines that are not what the configuration takes them for: nothing is sent to them, nothing is changed.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endOf, type HostEnd, Scene, seenOn, type Wish } from "./scene.ts";

const failingUnit =
  'units."broken.service" = "[Service]\\nType=oneshot\\nExecStart=/bin/false\\n"; wants = [ "broken.service" ];';
const otherKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

const refusals: Readonly<
  Record<
    string,
    { readonly before?: Wish; readonly deployment?: string; readonly system?: string; readonly code: string }
  >
> = {
  "key-changed": { code: "E_HOST_KEY_CHANGED" },
  "key-pinned-wrong": { deployment: `hostKey = "${otherKey}";`, code: "E_HOST_KEY_CHANGED" },
  "other-machine": { code: "E_WRONG_HOST" },
  "other-architecture": { system: 'platform = "aarch64-linux";', code: "E_WRONG_SYSTEM" },
  "no-nixos": { code: "E_NOT_NIXOS" },
  degraded: { before: { system: failingUnit }, code: "E_DEGRADED" },
};
const names = Object.keys(refusals);
const deploy = (hosts: readonly string[]): string[] => [
  "deploy",
  "--json",
  "--parallel",
  "16",
  "--on",
  hosts.join(","),
];

let scene: Scene;
let wanted: Readonly<Record<string, string>>;
beforeAll(async () => {
  scene = await Scene.create();
  const wishes = Object.entries(refusals).map(([name, { before }]) => [name, before ?? {}] as const);
  await scene.hosts({ ...Object.fromEntries(wishes), "key-pinned-right": {} });
  // Now all are known, with their machine-ids.
  const first = await scene.flotilla(deploy(names));
  if (first.exitCode !== 0) throw new Error(first.stdout + first.stderr);
  await scene.wishes(
    Object.fromEntries(
      Object.entries(refusals).map(([name, { deployment = "", system = "" }]) => [
        name,
        { system: `label = "2"; ${system}`, deployment },
      ]),
    ),
  );
  wanted = await scene.toplevels();
  await scene.bed.host("key-changed").changeHostKey();
  await scene.bed.host("key-pinned-right").changeHostKey();
  const machine = scene.bed.host("other-machine");
  await writeFile(join(machine.directory, "root/etc/machine-id"), "0123456789abcdef0123456789abcdef\n");
  const debian = scene.bed.host("no-nixos");
  await debian.exec(["sh", "-c", "rm /etc/NIXOS /etc/os-release; echo ID=debian >/etc/os-release"]);
});
afterAll(() => scene.destroy());

const running = async (name: string): Promise<string> =>
  (await scene.bed.host(name).exec(["readlink", "-f", "/run/current-system"])).stdout;

describe("all in one run", () => {
  let ends: Readonly<Record<string, HostEnd>>;
  let messages: string;
  let exitCode: number | null;
  let before: Readonly<Record<string, string>>;
  beforeAll(async () => {
    before = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await running(name)] as const)));
    const ended = await scene.flotilla(deploy(names));
    ends = Object.fromEntries(names.map((name) => [name, endOf(ended.events, name)]));
    messages = ended.stdout;
    exitCode = ended.exitCode;
  });

  test.for(names)("%s is refused, and nothing is sent", async (name) => {
    expect(ends[name]).toEqual({ outcome: "refused", code: refusals[name]?.code });
    const system = wanted[name] ?? "";
    expect((await scene.bed.host(name).exec(["test", "-e", system])).exitCode).toBe(1);
    expect(await running(name)).toBe(before[name]);
    expect(before[name]).not.toBe(system);
  });

  test("the exit status says that nothing was changed", () => {
    expect(exitCode).toBe(3);
  });

  test("the failed units are named", () => {
    expect(messages).toContain("broken.service");
  });
});

test("another key is accepted where the configuration pins it", async () => {
  const name = "key-pinned-right";
  const host = scene.bed.host(name);
  const { stdout } = await host.exec(["cat", "/etc/ssh/ssh_host_ed25519_key.pub"]);
  const hostKey = stdout.split(" ").slice(0, 2).join(" ");
  await scene.wish(name, { system: 'label = "2";', deployment: `hostKey = "${hostKey}";` });
  const { events } = await scene.flotilla(deploy([name]));
  expect(endOf(events, name)).toEqual({ outcome: "deployed", code: null });
  expect(await running(name)).toBe(await scene.toplevel(name));
});

test("another machine is accepted when the operator says so, and is the known one from then on", async () => {
  const name = "other-machine";
  const { events } = await scene.flotilla([...deploy([name]), "--accept-new-machine"]);
  expect(endOf(events, name)).toEqual({ outcome: "deployed", code: null });
  expect(await seenOn(scene.bed.host(name))).toMatchObject({ running: wanted[name], profile: wanted[name] });
  const again = await scene.flotilla(deploy([name]));
  expect(endOf(again.events, name)).toEqual({ outcome: "unchanged", code: null });
});

test("a degraded host is deployed to when the operator says so", async () => {
  const name = "degraded";
  const { events } = await scene.flotilla([...deploy([name]), "--allow-degraded"]);
  expect(endOf(events, name)).toEqual({ outcome: "deployed", code: null });
  const system = wanted[name];
  const state = "running"; // its broken unit is no part of the new system
  expect(await seenOn(scene.bed.host(name))).toEqual({ running: system, profile: system, bootsNext: system, state });
});
