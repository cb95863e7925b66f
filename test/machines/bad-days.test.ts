// The bad days of an install, one after the other on one machine: what is refused is refused before anything is touched, and what is
// broken off goes on when the same command is given again. In the end the machine runs, and nothing is lost that was not named.
import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { bedFile } from "../bed/places.ts";
import type { ControllerProcess } from "../bed/controller.ts";
import { Machine } from "../bed/machines/machine.ts";
import { machineImages } from "../bed/machines/machine-images.ts";
import { TestBed } from "../bed/test-bed.ts";
import { kill } from "../fault/change.ts";
import { eventsOf, phaseBegins, until } from "../fault/scene.ts";
import { endsOf, Operator } from "../journey/operator.ts";
import { fleetOfMachines, type MachineWish, simpleEfi } from "./fleet-of-machines.ts";

const deadline = 900_000;
const main = "/dev/disk/by-id/virtio-main";
const photos = "/dev/disk/by-id/virtio-photos";

let bed: TestBed;
let machine: Machine;
let ana: Operator;
/** The build of the system waits until this file is gone. */
let hold: string;

const install = (...words: readonly string[]): readonly string[] => [
  "install",
  "web",
  "--impure",
  "--kexec",
  machineImages().kexecTarball,
  "--json",
  ...words,
];
const named = ["--wipe", `main=${main}`];

/** Runs it to its end: how it ended, and what was said about it. */
async function ended(...words: readonly string[]): Promise<{ readonly end: string; readonly said: string }> {
  const run = await ana.flotilla(install(...words), { deadline });
  const finished = run.events.find((event) => event.type === "host-finished");
  const reason = finished?.type === "host-finished" ? finished.reason : undefined;
  return {
    end: String(endsOf(run)["web"]),
    said: [reason?.message, reason?.hint, ...(reason?.log ?? [])].join("\n"),
  };
}

const start = (...words: readonly string[]): Promise<ControllerProcess> =>
  ana.start(["flotilla", ...install(...words)], { deadline });

async function endOf(running: ControllerProcess): Promise<string> {
  const { exitCode, stderr, stdout } = await running.finished;
  return String(endsOf({ exitCode, stderr, stdout, events: eventsOf(stdout) })["web"]);
}

/** Reaches a phase, and has the plug pulled in the middle of it; then somebody boots the provider's rescue system. */
async function powerCutIn(phase: string, ...words: readonly string[]): Promise<void> {
  const running = await start(...words);
  await until(running, `the phase ${phase}`, phaseBegins("web", phase), deadline);
  await machine.pullPower();
  await kill(running);
  await machine.start({ boot: "installer" });
}

const wants = async (wish: MachineWish): Promise<void> => {
  const once = `while [ -e ${hold} ]; do sleep 0.1; done; echo ${randomUUID()} >$out`;
  const derive = `(import ${bedFile("system/derivations.nix")} { buildPlatform = "x86_64-linux"; }).derive`;
  // By its path: what a source is, evaluation would have to read.
  const held = `environment.etc.held.text = "\${${derive} "held" { } ${JSON.stringify(once)}}";`;
  await ana.write(
    "flake.nix",
    await fleetOfMachines(bed, { web: { ...wish, module: `${wish.module ?? ""} ${held}` } }),
  );
};

beforeAll(async () => {
  bed = await TestBed.create();
  ana = await Operator.create(bed, "ana");
  hold = join(bed.directory, "hold");
});
afterEach(async () => {
  await machine?.destroy();
});
afterAll(async () => {
  await bed?.destroy();
});

/** A machine with a disk that no layout names, and somebody's file system on it. */
async function machineFrom(from: "debian" | "installer", makeFileSystem: string): Promise<Machine> {
  const made = await Machine.create(bed, "web", { from, firmware: "efi", disks: ["8G", "2G:photos"] });
  await made.start();
  const { exitCode, stderr } = await made.ssh(`${makeFileSystem} && udevadm trigger --settle ${photos}`);
  if (exitCode !== 0) throw new Error(stderr);
  return made;
}

const label = "blkid -p -o value -s LABEL";

const patience = { timeout: 1_500_000 };

test("a Debian that cannot be installed as it is told to be is left as it was, with a way out", patience, async () => {
  machine = await machineFrom("debian", `dd if=/dev/vda2 of=${photos} bs=1M count=8 conv=fsync`);

  await wants(simpleEfi("/dev/disk/by-id/virtio-mian"));
  expect(await ended(...named)).toEqual({
    end: "refused E_DISK_PLAN",
    said: expect.stringMatching(/no \/dev\/disk\/by-id\/virtio-mian\n.*virtio-main .*8 GiB/u),
  });

  await wants(simpleEfi(photos));
  expect(await ended("--wipe", `main=${main}`)).toEqual({
    end: "refused E_DISK_PLAN",
    said: expect.stringContaining(`named to be wiped is ${main}`),
  });
  expect(await ended()).toEqual({
    end: "refused E_WIPE_NOT_NAMED",
    said: expect.stringContaining(`--wipe main=${photos}`),
  });

  await wants(simpleEfi(main));
  expect(await ended(...named, "--disk-encryption-keys", "/run/key", "key-that-is-gone")).toEqual({
    end: "failed E_KEY",
    said: expect.stringContaining("key-that-is-gone cannot be read"),
  });

  await machine.ssh(`
    sysctl -w kernel.kexec_load_disabled=1
    sed 's/^MemTotal:.*/MemTotal: 300000 kB/' /proc/meminfo >/run/meminfo && mount --bind /run/meminfo /proc/meminfo`);
  const refused = await ended(...named);
  expect(refused.end).toBe("refused E_NOT_INSTALLABLE");
  expect(refused.said).toMatch(/kexec_load_disabled.*\nboot an installer there by other means/u);
  expect(refused.said).toMatch(/it has 29\d MiB of memory/u);

  await machine.ssh(
    "rm /etc/ssh/ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key; systemctl restart ssh",
  );
  expect(await ended(...named)).toMatchObject({ end: "unreachable E_HOST_KEY_CHANGED" });

  const { output } = await machine.exec(`. /etc/os-release; echo $ID; ${label} ${photos}`);
  expect(output).toContain("debian\nDEB_ESP");
});

test("an install that is killed, cut off and left without power goes on when it is given again", patience, async () => {
  machine = await machineFrom("installer", `mkfs.ext4 -q -L photos ${photos} 2M`);
  await writeFile(hold, "");
  await wants(simpleEfi(main));

  const killed = await start(...named);
  await until(killed, "the build", phaseBegins("web", "build"), deadline);
  expect(await ended(...named)).toEqual({
    end: "refused E_LOCKED",
    said: expect.stringMatching(/installs this machine, since .*\nwait for its end/u),
  });
  expect(killed.child.exitCode).toBeNull();
  await kill(killed);
  await rm(hold);

  await powerCutIn("disks", ...named);
  await powerCutIn("install", ...named);

  // Nothing is named any longer: what was made is gone on with.
  const cut = await start();
  await until(cut, "the copy", phaseBegins("web", "copy"), deadline);
  await machine.cutCable();
  await until(cut, "an attempt to reach it again", isRetry, deadline);
  await machine.healCable();
  await until(cut, "its first boot", phaseBegins("web", "confirm"), deadline);
  await machine.pullPower();
  await machine.start();
  expect(await endOf(cut)).toBe("installed");

  expect(await ended(...named)).toMatchObject({ end: "unchanged" });
  const { stdout } = await machine.ssh(
    `nix-store --verify --check-contents 2>&1 | grep -c modified; ${label} ${photos}`,
  );
  expect(stdout).toBe("0\nphotos");
});

const isRetry = (event: ReturnType<typeof eventsOf>[number]): boolean =>
  event.type === "host-log" && event.line.endsWith("trying again");
