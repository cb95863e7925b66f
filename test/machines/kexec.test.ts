// From any Linux into an installer on real machines: facts, refusals, the jump by root and by sudo, the network and the host key that come along.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunClock } from "../../src/deploy/run-clock.ts";
import type { EventBody } from "../../src/domain/event.ts";
import { HostName } from "../../src/domain/host-name.ts";
import { Secret } from "../../src/domain/secret.ts";
import { kexecCache } from "../../src/install/kexec/kexec-cache.ts";
import { type Installer, type JumpOptions, jumpToInstaller } from "../../src/install/kexec/jump-to-installer.ts";
import type { MachineFacts } from "../../src/install/machine-facts.ts";
import { gatherFacts } from "../../src/install/read-facts.ts";
import { spawnRunner } from "../../src/process/spawn-runner.ts";
import type { Connection, Ssh } from "../../src/ssh/connection.ts";
import { openSsh } from "../../src/ssh/open-ssh.ts";
import type { Target } from "../../src/ssh/target.ts";
import { TestBed } from "../bed/test-bed.ts";
import { waitUntil } from "../bed/wait-until.ts";
import { Machine } from "../bed/machines/machine.ts";
import { machineImages } from "../bed/machines/machine-images.ts";

const { signal } = new AbortController();
const clock: RunClock = {
  now: () => new Date(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
const deadline = 60_000;

let bed: TestBed;
let cache: string;
beforeAll(async () => {
  bed = await TestBed.create();
  cache = mkdtempSync(join(tmpdir(), "flotilla-kexec-cache-"));
});
afterAll(async () => {
  rmSync(cache, { recursive: true, force: true });
  await bed.destroy();
});

const transport = (password: string | null = null): Ssh =>
  openSsh(spawnRunner(), {
    environment: { ...process.env, SSH_CONFIG_FILE: bed.access.configFile },
    elevationPassword: () => (password === null ? null : new Secret(password)),
  });

const targetOf = (machine: Machine, user: string): Target => ({
  host: HostName.parse(machine.name),
  address: machine.name,
  port: null,
  user,
  options: [],
  hostKey: null,
  elevation: null,
});

interface Arrived {
  readonly connection: Connection;
  readonly facts: MachineFacts;
}

async function logIn(ssh: Ssh, machine: Machine, user: string): Promise<Arrived> {
  const { connection } = await ssh.open(targetOf(machine, user), { deadline });
  return { connection, facts: await gatherFacts(connection, signal) };
}

async function jump(
  ssh: Ssh,
  { connection, facts }: Arrived,
  given: Partial<JumpOptions> = {},
): Promise<Installer & { readonly events: readonly EventBody[] }> {
  const events: EventBody[] = [];
  const options: JumpOptions = {
    kexec: machineImages().kexecTarball,
    kexecSha256: null,
    kexecExtraFlags: "",
    kexecNetwork: "auto",
    kexecTimeout: 480_000,
    forceKexec: false,
    postKexecPort: null,
    ...given,
  };
  const services = {
    ssh,
    clock,
    emit: (event: EventBody) => void events.push(event),
    images: kexecCache({ directory: cache, fetch }),
    build: () => Promise.reject(new Error("nothing is built")),
  };
  return { ...(await jumpToInstaller({ connection, facts, options }, services, signal)), events };
}

const say = async (connection: Connection, command: string): Promise<string> => {
  const { stdout } = await connection.run({ words: ["sh", "-c", command], asRoot: true, deadline }, { signal });
  return stdout.trim();
};

test("by a user whose sudo asks, under BIOS: then as root, known by the same key; and no further where kexec is forbidden", async () => {
  const machine = await Machine.create(bed, "jump-bios", { from: "debian", firmware: "bios" });
  await machine.start();
  const asking = transport("bed");
  try {
    const before = await logIn(asking, machine, "bob");
    expect(before.facts).toMatchObject({
      operatingSystem: { id: "debian", isInstaller: false },
      architecture: "x86_64",
      firmware: "bios",
      isContainer: false,
      kexec: { allowed: true, why: null },
      loginUser: "bob",
      elevation: expect.arrayContaining(["sudo", "--stdin"]),
      disks: { probed: true },
      network: { manager: "systemd-networkd", links: [{ name: "eth0", kind: "ethernet", up: true }] },
    });

    const after = await jump(asking, before);
    expect(after).toMatchObject({
      jumped: true,
      facts: { operatingSystem: { isInstaller: true }, firmware: "bios", loginUser: "root", elevation: [] },
    });
    expect(after.facts.bootId).not.toBe(before.facts.bootId);
    expect(after.connection.target).toMatchObject({
      user: "root",
      hostKey: before.facts.hostKeys.find((key) => key.startsWith("ssh-ed25519")),
    });

    // A second time there is nothing to do.
    const again = await jump(asking, after);
    expect(again).toMatchObject({ jumped: false, facts: { bootId: after.facts.bootId } });

    await say(again.connection, "sysctl -w kernel.kexec_load_disabled=1");
    const forbidden = { connection: again.connection, facts: await gatherFacts(again.connection, signal) };
    expect(forbidden.facts.kexec).toEqual({ allowed: false, why: expect.stringContaining("kexec_load_disabled") });
    await expect(jump(asking, forbidden, { forceKexec: true })).rejects.toMatchObject({
      code: "E_KEXEC",
      message: expect.stringContaining("kexec_load_disabled"),
    });
  } finally {
    await asking.close();
    await machine.destroy();
  }
});

test("as root under EFI: a VLAN with its MTU, address and route comes along", async () => {
  const machine = await Machine.create(bed, "jump-efi", {
    from: "debian",
    firmware: "efi",
    disks: ["8G", "2G:SECOND"],
  });
  await machine.start();
  const ssh = transport();
  try {
    const { exitCode } = await machine.ssh(`set -e
      modprobe 8021q
      # Not eth…: those are the business of the Debian's networkd.
      ip link add link eth0 name lan5 type vlan id 5
      ip address add 10.99.0.1/24 dev lan5
      ip link set lan5 mtu 1400 up
      ip route add 10.98.0.0/16 via 10.99.0.2 metric 77`);
    expect(exitCode).toBe(0);
    const before = await logIn(ssh, machine, "root");
    expect(before.facts).toMatchObject({ firmware: "efi", loginUser: "root", elevation: [] });
    expect(before.facts.disks.disks.flatMap(({ links }) => links)).toContain("/dev/disk/by-id/virtio-SECOND");

    const after = await jump(ssh, before);
    expect(after).toMatchObject({ jumped: true, facts: { firmware: "efi" } });
    expect(after.facts.disks.disks.map(({ serial }) => serial)).toContain("SECOND");
    const carried = after.events.find((event) => event.type === "host-log" && event.line.includes("handed over"));
    expect(carried).toMatchObject({ line: expect.stringContaining("vlan lan5, MTU 1400 of lan5") });
    // sshd answers on the one link while networkd still sets up the other.
    const address = "ip -o -4 address show dev lan5 | grep 10.99.0.1/24 && ip route show | grep 10.98.0.0/16";
    await waitUntil("the VLAN's address", async () => (await say(after.connection, address)) !== "", { deadline });
    const { network } = await gatherFacts(after.connection, signal);
    expect(network.links.find(({ name }) => name === "lan5")).toMatchObject({
      vlan: { id: 5, parent: "eth0" },
      mtu: 1400,
      addresses: [{ address: "10.99.0.1", prefix: 24, dynamic: false }],
    });
    expect(network.routes).toContainEqual(
      expect.objectContaining({ destination: "10.98.0.0/16", gateway: "10.99.0.2", metric: 77 }),
    );
  } finally {
    await ssh.close();
    await machine.destroy();
  }
});
