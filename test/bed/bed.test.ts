// The bed itself: a host is created, installed, started, cut off, robbed of its power, stalled, filled, and leaves nothing behind.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ControlGroup } from "./cgroup.ts";
import type { Host } from "./host.ts";
import { bedFile } from "./places.ts";
import { run } from "./run.ts";
import { TestBed } from "./test-bed.ts";

const hello = `units."hello.service" = "[Service]\\nExecStart=/bin/sleep 1000\\n"; wants = [ "hello.service" ];`;

let bed: TestBed;
let host: Host;
let first: string;

beforeAll(async () => {
  bed = await TestBed.create();
  first = await bed.buildSystem(
    `{ hostName = "one"; label = "1"; ${hello} users.deploy.sudo = "nopasswd"; users.asks.sudo = "password"; users.other.doas = true; }`,
  );
  host = await bed.create("one", { cable: {}, nixMiB: 64 });
  await host.install(first);
  await host.start();
  await host.waitUntilUp();
});

afterAll(async () => bed?.destroy());

/** Copies a system to the host and runs an action of it there, in a unit of its own as a deployment tool does. */
async function activate(system: string, action: string, target = host): Promise<number | null> {
  const copied = await bed.controller.run([
    "nix",
    "copy",
    "--no-check-sigs",
    "--to",
    `ssh-ng://root@${target.name}`,
    system,
  ]);
  if (copied.exitCode !== 0) throw new Error(copied.stderr);
  const set = ["switch", "boot"].includes(action) ? `nix-env -p /nix/var/nix/profiles/system --set ${system} &&` : "";
  return (await target.ssh(`${set} systemd-run --quiet --wait --pipe ${system}/bin/switch-to-configuration ${action}`))
    .exitCode;
}

async function running(target = host): Promise<string> {
  return (await target.exec(["readlink", "-f", "/run/current-system"])).stdout;
}

/** One that does not answer is waited for until the deadline; a busy one may take long to let somebody in. */
async function reachable(deadline = 30_000, target = host): Promise<boolean> {
  return (await target.ssh("true", { deadline })).exitCode === 0;
}

describe("a host", () => {
  test("runs what was installed, in good health", async () => {
    expect(await host.waitUntilUp()).toBe("running");
    expect(await running()).toBe(first);
    expect((await host.ssh("nixos-version && systemctl is-active hello")).stdout).toBe("1 (Bed)\nactive");
  });

  test("has the PATH of NixOS, and no more", async () => {
    expect(
      (await host.ssh("command -v nix-env systemctl flock ls; command -v python3 git apt-get")).stdout.split("\n"),
    ).toHaveLength(4);
    const unit = await host.ssh("systemd-run --quiet --wait --pipe /bin/sh -c 'command -v systemctl; command -v ls'");
    expect(unit.stdout).toBe("/run/current-system/systemd/bin/systemctl");
  });

  test("has users who become root by sudo, by a password, by doas", async () => {
    expect((await bed.access.ssh("deploy@one", "sudo -n id -u")).stdout).toBe("0");
    expect((await bed.access.ssh("asks@one", "sudo -n id -u")).exitCode).toBe(1);
    expect((await bed.access.ssh("asks@one", "echo bed | sudo -S id -u")).stdout).toBe("0");
    expect((await bed.access.ssh("other@one", "doas -n id -u")).stdout).toBe("0");
  });

  test("takes a new boot id with every boot, and keeps its disks and keys through a power cut", async () => {
    const bootId = async (): Promise<string> => (await host.ssh("cat /proc/sys/kernel/random/boot_id")).stdout;
    const before = await bootId();
    await host.ssh("echo kept >/root/file; sync");
    await host.pullPower();
    expect(host.isOn).toBe(false);
    expect(await reachable(1500)).toBe(false);
    await host.start();
    expect(await host.waitUntilUp()).toBe("running");
    expect((await host.ssh("cat /root/file")).stdout).toBe("kept");
    expect(await bootId()).not.toBe(before);
  });

  test("survives a reboot", async () => {
    await host.ssh("systemctl reboot");
    expect(await host.waitUntilUp()).toBe("running");
  });

  test("is unreachable by a cut cable, one way or both, and reachable when it is healed", async () => {
    await host.cutCable();
    expect(await reachable(1500)).toBe(false);
    await host.healCable();
    expect(await reachable()).toBe(true);
    await host.setCable({ cut: "out" });
    expect(await reachable(1500)).toBe(false);
    await host.setCable({ delay: 20 });
    expect(await reachable()).toBe(true);
    const ping = await host.exec(["ping", "-c1", bed.address(1)]);
    expect(Number(ping.stdout.match(/time=([\d.]+)/)?.[1])).toBeGreaterThanOrEqual(40);
    await host.setCable({});
  });

  test.for(["machine", "sshd"] as const)("stands still with its %s stalled, and goes on after it", async (what) => {
    await host.stall(what);
    // TCP is accepted: the silence is what a stalled machine is made of.
    await run(["bash", "-c", `exec 3<>/dev/tcp/${host.address}/22`], { deadline: 2000 });
    expect(await reachable(1500)).toBe(false);
    await host.unstall(what);
    expect(await reachable()).toBe(true);
  });

  test("has a disk that can be full", async () => {
    const fits = await bed.buildSystem(`{ hostName = "one"; label = "full"; payloadMiB = 16; }`);
    await host.fillDisk("nix", 4);
    const copied = await bed.controller.run(["nix", "copy", "--no-check-sigs", "--to", "ssh-ng://root@one", fits]);
    expect(copied.exitCode).not.toBe(0);
    expect(copied.stderr).toContain("No space left on device");
    await host.clearDisk("nix");
    expect(await activate(fits, "dry-activate")).toBe(0);
  });
});

describe("switch-to-configuration ends as NixOS's does", () => {
  const cases = [
    ["0 when all went well", hello, 0, "new"],
    [
      "4 when a unit fails",
      `units."bad.service" = "[Service]\\nType=oneshot\\nExecStart=/bin/false\\n"; wants = [ "bad.service" ];`,
      4,
      "new",
    ],
    [
      "4 when a unit keeps failing and restarting",
      `units."bad.service" = "[Service]\\nExecStart=/bin/false\\nRestart=always\\nRestartSec=60\\n"; wants = [ "bad.service" ];`,
      4,
      "new",
    ],
    ["2 when the activation script fails", `activation = "exit 7";`, 2, "new"],
    ["with the status of the pre-switch check", `preSwitch = "exit 9";`, 9, "old"],
    ["100 when the init interface differs", `initInterface = "3";`, 100, "old"],
    ["1 when the boot loader fails", `bootLoaderFails = true;`, 1, "old"],
  ] as const;

  test.for(cases)("%s", async ([title, settings, status, runs]) => {
    const before = await running();
    const system = await bed.buildSystem(`{ hostName = "one"; label = "${title.replaceAll(" ", "-")}"; ${settings} }`);
    expect(await activate(system, "switch")).toBe(status);
    expect(await running()).toBe(runs === "new" ? system : before);
    expect(await activate(first, "switch")).toBe(0);
  });

  test("and a system without sshd ends new logins, which the console and the boot menu undo", async () => {
    const system = await bed.buildSystem(`{ hostName = "one"; label = "no-sshd"; sshd = false; }`);
    expect(await activate(system, "switch")).toBe(0);
    expect(await reachable(1500)).toBe(false);
    expect(await running()).toBe(system);
    const { stdout } = await host.exec(["nix-env", "-p", "/nix/var/nix/profiles/system", "--list-generations"]);
    const generation = stdout.split("\n").find((line) => !line.includes("current"));
    await host.chooseGeneration(Number(generation?.trim().split(" ")[0]));
    await host.exec(["systemctl", "reboot"]);
    await host.waitUntilUp();
    expect(await running()).not.toBe(system);
    expect(await activate(first, "switch")).toBe(0);
  });

  test("and another sshd port is taken at once", async () => {
    const system = await bed.buildSystem(`{ hostName = "one"; label = "port"; sshPorts = [ 2222 ]; }`);
    expect(await activate(system, "test")).toBe(0);
    expect(await reachable(1500)).toBe(false);
    const other = await run(["ssh", "-F", bed.access.configFile, "-p", "2222", "one", "true"]);
    expect(other).toBe("");
    await run(["ssh", "-F", bed.access.configFile, "-p", "2222", "one", `${first}/bin/switch-to-configuration test`]);
    expect(await reachable()).toBe(true);
  });
});

test("another host key is noticed by ssh", async () => {
  await host.changeHostKey();
  expect((await host.ssh("true")).stderr).toContain("REMOTE HOST IDENTIFICATION HAS CHANGED");
});

test("the machine's own nix reads the controller's store too", async () => {
  const { stdout } = await bed.controller.run(["nix-store", "--query", "--outputs", first], { nix: "machine" });
  expect(stdout + first).toContain(first);
});

test("a program on the controller can be killed at any moment", async () => {
  const process = await bed.controller.start(["sh", "-c", "echo begun; exec sleep 100"]);
  await new Promise((resolve) => process.child.stdout?.once("data", resolve));
  process.child.kill("SIGKILL");
  expect(await process.finished).toEqual({ exitCode: null, stdout: "begun\n", stderr: "" });
});

test("a program on the controller ends with its AbortSignal and with its deadline", async () => {
  const abort = new AbortController();
  const aborted = await bed.controller.start(["sleep", "100"], { signal: abort.signal });
  abort.abort();
  expect((await aborted.finished).exitCode).toBeNull();
  const late = await bed.controller.start(["sleep", "100"], { deadline: 200 });
  expect((await late.finished).exitCode).toBeNull();
  expect((await bed.controller.run(["sleep", "100"], { deadline: 200 })).exitCode).toBeNull();
});

test("two beds are apart, and one that is destroyed leaves nothing", async () => {
  const other = await TestBed.create();
  const [stranger, neighbour] = await Promise.all([other.create("one"), other.create("two")]);
  expect(neighbour.address).not.toBe(stranger.address);
  await stranger.install(first);
  await stranger.start();
  expect(await stranger.waitUntilUp()).toBe("running");
  expect(other.number).not.toBe(bed.number);
  const traces = async (): Promise<string> =>
    [readFileSync("/proc/mounts", "utf8"), await run(["ip", "link"]), await run(["ps", "-eo", "args"])].join("\n");
  const words = [`flbed${other.number}`, `beds/${other.number}/`];
  expect((await traces()).includes(words[0] ?? "")).toBe(true);
  await other.destroy();
  const left = (await traces()).split("\n").filter((line) => words.some((word) => line.includes(word)));
  expect(left).toEqual([]);
});

test("a bed whose process was killed is cleared away by the next", async () => {
  const script = `const { TestBed } = await import(${JSON.stringify(bedFile("test-bed.ts"))});
    const bed = await TestBed.create();
    const host = await bed.create("orphan", { cable: {}, nixMiB: 16 });
    await host.start();
    console.log(bed.number);
    await new Promise((resolve) => setTimeout(resolve, 60_000));`;
  const owner = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await once(owner.stdout, "data");
  const number = Number(String(output));
  expect(new ControlGroup(`flotilla-bed-${number}/orphan`).isPopulated()).toBe(true);
  owner.kill("SIGKILL");
  await once(owner, "exit");
  const next = await TestBed.create();
  expect(new ControlGroup(`flotilla-bed-${number}/orphan`).isPopulated()).toBe(false);
  expect(readFileSync("/proc/mounts", "utf8")).not.toContain("hosts/orphan/");
  await next.destroy();
});
