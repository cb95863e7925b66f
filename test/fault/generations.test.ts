// The profile and the boot default over several deploys, reboots and ways back: what a host boots is always what was last kept.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Host } from "../bed/host.ts";
import { waitUntil } from "../bed/wait-until.ts";
import { endOf, eventsOf, type HostEnd, phaseBegins, Scene, seenOn, until } from "./scene.ts";

const names = ["booted", "tested", "repeated", "rolled-back", "collected"] as const;
type Name = (typeof names)[number];

let scene: Scene;
let first: Readonly<Record<string, string>>;
beforeAll(async () => {
  scene = await Scene.create();
  await scene.hosts(Object.fromEntries(names.map((name) => [name, {}])));
  first = await scene.toplevels();
});
afterAll(() => scene.destroy());

async function deploy(name: Name, words: readonly string[] = ["deploy"]): Promise<HostEnd> {
  const { events } = await scene.flotilla([...words, "--json", "--on", name]);
  return endOf(events, name);
}

/** Asks for another system of a host, and says where it will be. */
async function wish(name: Name, system: string): Promise<string> {
  await scene.wish(name, { system });
  return scene.toplevel(name);
}

async function generations(host: Host): Promise<readonly string[]> {
  const { stdout } = await host.exec(["sh", "-c", "cd /nix/var/nix/profiles && ls -d system-*-link | sort -V"]);
  return stdout.split("\n");
}

async function current(host: Host): Promise<string> {
  return (await host.exec(["readlink", "/nix/var/nix/profiles/system"])).stdout;
}

async function reboot(host: Host): Promise<void> {
  const boots = async (): Promise<number> => (await host.console()).split("[power] on").length;
  const before = await boots();
  await host.exec(["systemctl", "reboot"]);
  await waitUntil("the reboot", async () => (await boots()) > before, { deadline: 60_000 });
  await host.waitUntilUp();
}

const state = "running";
const deployed = { outcome: "deployed", code: null };
const all = (system: string | undefined): object => ({ running: system, profile: system, bootsNext: system, state });

test("boot: staged, and running after a reboot", async () => {
  const host = scene.bed.host("booted");
  const wanted = await wish("booted", 'label = "2";');
  expect(await deploy("booted", ["deploy", "boot"])).toEqual({ outcome: "staged", code: null });
  expect(await seenOn(host)).toEqual({ ...all(wanted), running: first["booted"] });
  await reboot(host);
  expect(await seenOn(host)).toEqual(all(wanted));
  expect(await deploy("booted")).toEqual({ outcome: "unchanged", code: null });
});

test("boot: a boot loader that fails leaves the old system to boot", async () => {
  const host = scene.bed.host("booted");
  const before = await seenOn(host);
  const generationsBefore = await generations(host);
  await wish("booted", 'label = "3"; bootLoaderFails = true;');
  expect(await deploy("booted", ["deploy", "boot"])).toEqual({ outcome: "failed", code: "E_COMMIT" });
  expect(await seenOn(host)).toEqual(before);
  expect(await generations(host)).toEqual(generationsBefore);
});

test("test: running, and gone after a reboot", async () => {
  const host = scene.bed.host("tested");
  const wanted = await wish("tested", 'label = "2";');
  expect(await deploy("tested", ["deploy", "test"])).toEqual({ outcome: "tested", code: null });
  expect(await seenOn(host)).toEqual({ ...all(first["tested"]), running: wanted });
  expect(await generations(host)).toEqual(["system-1-link"]);
  await reboot(host);
  expect(await seenOn(host)).toEqual(all(first["tested"]));
});

test("a switch to what runs already makes no generation", async () => {
  const host = scene.bed.host("tested");
  await wish("tested", 'label = "1";');
  expect(await deploy("tested")).toEqual({ outcome: "unchanged", code: null });
  expect(await generations(host)).toEqual(["system-1-link"]);
  // Running, but not yet the profile's: then it becomes so, once.
  const wanted = await wish("tested", 'label = "2";');
  expect(await deploy("tested", ["deploy", "test"])).toEqual({ outcome: "tested", code: null });
  expect(await deploy("tested")).toEqual(deployed);
  expect(await seenOn(host)).toEqual(all(wanted));
  expect(await generations(host)).toEqual(["system-1-link", "system-2-link"]);
});

test("the same closure again after it was rolled back", async () => {
  const host = scene.bed.host("repeated");
  const marker = "/root/broken";
  const wanted = await wish("repeated", `label = "2"; activation = "[ ! -e ${marker} ] || exit 1";`);
  await host.exec(["touch", marker]);
  for (const _time of ["first", "second"]) {
    expect(await deploy("repeated")).toEqual({ outcome: "rolled-back", code: "E_ACTIVATION" });
    expect(await seenOn(host)).toEqual(all(first["repeated"]));
    expect(await generations(host)).toEqual(["system-1-link"]);
  }
  await host.exec(["rm", marker]);
  expect(await deploy("repeated")).toEqual(deployed);
  expect(await seenOn(host)).toEqual(all(wanted));
  expect(await generations(host)).toEqual(["system-1-link", "system-2-link"]);
});

test("rollback: to the one before, to a number, and not to one that fails", async () => {
  const name = "rolled-back";
  const host = scene.bed.host(name);
  const marker = "/root/broken";
  const second = await wish(name, `label = "2"; activation = "[ ! -e ${marker} ] || exit 1";`);
  expect(await deploy(name)).toEqual(deployed);
  const third = await wish(name, 'label = "3";');
  expect(await deploy(name)).toEqual(deployed);

  await host.exec(["touch", marker]);
  expect(await deploy(name, ["rollback"])).toEqual({ outcome: "rolled-back", code: "E_ACTIVATION" });
  expect(await seenOn(host)).toEqual(all(third));
  expect(await current(host)).toBe("system-3-link");

  await host.exec(["rm", marker]);
  expect(await deploy(name, ["rollback"])).toEqual(deployed);
  expect(await seenOn(host)).toEqual(all(second));

  expect(await deploy(name, ["rollback", "--to", "1"])).toEqual(deployed);
  expect(await seenOn(host)).toEqual(all(first[name]));
  expect(await generations(host)).toEqual(["system-1-link", "system-2-link", "system-3-link"]);
  expect(await current(host)).toBe("system-1-link");

  expect(await deploy(name, ["rollback", "--to", "9"])).toEqual({ outcome: "refused", code: "E_NO_SUCH_GENERATION" });
  expect(await seenOn(host)).toEqual(all(first[name]));
});

test("a garbage collection takes nothing that runs or may run, at any time", async () => {
  const name = "collected";
  const host = scene.bed.host(name);
  const closure = async (system: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await host.exec(["nix-store", "--query", "--requisites", system]);
    if (exitCode !== 0) throw new Error(stderr);
    return stdout;
  };
  const collect = async (): Promise<void> => {
    const { exitCode, stderr } = await host.exec(["nix-collect-garbage", "--delete-old"], { deadline: 60_000 });
    if (exitCode !== 0) throw new Error(stderr);
  };
  const old = first[name] ?? "";
  const closureBefore = await closure(old);
  const wanted = await wish(name, 'label = "2"; sshd = false;');
  const running = await scene.start(["deploy", "--json", "--on", name]);
  await until(running, "the wait for a confirmation", phaseBegins(name, "confirm"));
  const closureWanted = await closure(wanted);
  await collect();
  expect(await closure(wanted)).toBe(closureWanted);
  const { stdout } = await running.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "rolled-back", code: "E_CONFIRM_TIMEOUT" });

  await collect();
  expect(await seenOn(host)).toEqual(all(old));
  expect(await closure(old)).toBe(closureBefore);
  expect((await host.exec(["nix-store", "--verify", "--check-contents"])).exitCode).toBe(0);
  // What nobody holds any more is gone.
  expect((await host.exec(["test", "-e", wanted])).exitCode).toBe(1);
  await wish(name, 'label = "3";');
  expect(await deploy(name)).toEqual(deployed);
});
