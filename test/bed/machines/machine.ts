// One machine of a bed: QEMU with disks, firmware, a network cable and a power cord. All of its state is in files, so that whichever process
// has the bed can go on with it.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ControlGroup } from "../cgroup.ts";
import type { Network } from "../network.ts";
import { bedFile } from "../places.ts";
import { attempt, run, type Completed, type RunOptions } from "../run.ts";
import { generateKey, type SshAccess } from "../ssh-access.ts";
import { waitUntil, type Patience } from "../wait-until.ts";
import { firstMachineAddress, hardwareAddressOf, lastMachineAddress, startAddressServer } from "./address-server.ts";
import { atConsole } from "./console-shell.ts";
import { machineImages } from "./machine-images.ts";
import { talk } from "./monitor.ts";
import { type Disk, diskWords, firmwareVariables, type Hardware, plugDisk, qemuWords } from "./qemu.ts";
import { setUpMachines } from "./set-up-machines.ts";
import { debianSerial, installerBoot, snapshotMemoryMiB, snapshotOf } from "./snapshots.ts";

/** The part of a TestBed that machines need. */
export interface MachineBed {
  readonly directory: string;
  readonly network: Network;
  readonly access: SshAccess;
}

export interface MachineOptions {
  /** debian: any Linux, on the first disk. installer: as from a stick, gone at its first reboot. empty: nothing to boot. */
  readonly from: "debian" | "installer" | "empty";
  /** efi unless told. */
  readonly firmware?: "efi" | "bios";
  /**
   * vda, vdb, …: "8G", or "8G:SERIAL" for /dev/disk/by-id/virtio-SERIAL. One of 8 GiB unless told; serials main, disk1, disk2, … Debian's
   * is the first of them, and not smaller than 8 GiB.
   */
  readonly disks?: readonly string[];
  /** Other than 3072 means that it boots instead of being resumed. */
  readonly memoryMiB?: number;
}

const settingsSchema = z.object({
  address: z.string(),
  from: z.enum(["debian", "installer", "empty"]),
  firmware: z.enum(["efi", "bios"]),
  memoryMiB: z.number(),
  disks: z.array(z.object({ file: z.string(), serial: z.string() })),
  resumable: z.boolean(),
});
type Settings = z.infer<typeof settingsSchema>;

/** Which system answers: what somebody finds in the first place, what installs, what was installed. */
export type System = "debian" | "installer" | "installed";

export class Machine {
  readonly name: string;
  readonly directory: string;
  readonly address: string;
  private readonly bed: MachineBed;
  private readonly group: ControlGroup;

  /** Of a machine that is there. */
  constructor(bed: MachineBed, name: string) {
    this.bed = bed;
    this.name = name;
    this.directory = join(bed.directory, "machines", name);
    this.address = this.settings().address;
    this.group = new ControlGroup(`flotilla-bed-${bed.network.bed}/machine-${name}`);
  }

  /** Makes a machine, which is then off. Sets this machine up before, if need be. */
  static async create(bed: MachineBed, name: string, options: MachineOptions): Promise<Machine> {
    await setUpMachines((line) => process.stderr.write(`${line}\n`));
    const { from, firmware = "efi", disks: sizes = ["8G"], memoryMiB = snapshotMemoryMiB } = options;
    const directory = join(bed.directory, "machines", name);
    // Name and address are taken before anything is waited for: machines are created side by side.
    mkdirSync(join(bed.directory, "machines"), { recursive: true });
    const address = freeAddress(bed);
    mkdirSync(directory);
    const disks = sizes.map((size, index): Disk & { readonly size: string } => {
      const [bytes = "", serial = index === 0 ? debianSerial : `disk${index}`] = size.split(":");
      return { file: join(directory, `disk${index}.qcow2`), serial, size: bytes };
    });
    const ofSnapshot = from !== "debian" || (disks[0]?.size === "8G" && disks[0].serial === debianSerial);
    const resumable = memoryMiB === snapshotMemoryMiB && ofSnapshot;
    const settings: Settings = { address, from, firmware, memoryMiB, disks, resumable };
    writeFileSync(join(directory, "settings.json"), JSON.stringify(settings));

    await startAddressServer(bed.network, bed.directory);
    const snapshot = from !== "empty" && resumable ? await snapshotOf(from, firmware) : null;
    await copyFile(snapshot?.firmwareVariables ?? firmwareVariables, join(directory, "firmware-variables"));
    for (const [index, { file, size }] of disks.entries()) {
      const under = from === "debian" && index === 0 ? (snapshot?.disk ?? machineImages().debianDisk) : null;
      const backing = under === null ? [] : ["-F", "qcow2", "-b", under];
      await run(["qemu-img", "create", "-q", "-f", "qcow2", ...backing, file, size]);
    }
    const hostKey = await generateKey(join(directory, "host_key"), `root@${name}`);
    bed.access.add(name, address, hostKey);
    const machine = new Machine(bed, name);
    await run(["ip", "tuntap", "add", "dev", machine.tap, "mode", "tap"]);
    await run(["ip", "link", "set", machine.tap, "master", bed.network.bridge, "up"]);
    return machine;
  }

  /** All that are in the bed. */
  static all(bed: MachineBed): readonly Machine[] {
    return names(bed).map((name) => new Machine(bed, name));
  }

  get isOn(): boolean {
    return this.group.isPopulated();
  }

  /**
   * Switches the power on. `boot` is from: what it is made of the first time, its disks from then on; "installer" puts the stick in again.
   * Returns when the machine is reachable by ssh, if what boots is a Debian or an installer; otherwise see waitUntilUp.
   */
  async start(options: { readonly boot?: "disk" | "installer" } = {}): Promise<void> {
    if (this.isOn) throw new Error(`${this.name} is running already`);
    const settings = this.settings();
    const first = !existsSync(join(this.directory, "words"));
    const boot = options.boot ?? (first && settings.from === "installer" ? "installer" : "disk");
    const resume = first && settings.resumable && (boot === "installer") === (settings.from === "installer");
    await rm(join(this.directory, "words-after"), { force: true });

    const fromDisk = [...qemuWords(this.hardware, null), ...settings.disks.flatMap(diskWords)];
    const words: string[] = qemuWords(this.hardware, boot === "installer" ? installerBoot() : null);
    // Those of a snapshot are there when it goes on; the others are plugged in afterwards.
    const present = resume ? settings.disks.slice(0, settings.from === "debian" ? 1 : 0) : settings.disks;
    words.push(...present.flatMap(diskWords));
    if (resume && settings.from !== "empty") {
      const { state } = await snapshotOf(settings.from, settings.firmware);
      words.push("-incoming", `exec:cat ${state}`);
    }
    await writeFile(join(this.directory, "words"), `${words.join("\n")}\n`);
    if (boot === "installer") await writeFile(join(this.directory, "words-after"), `${fromDisk.join("\n")}\n`);
    await this.powerOn();
    if (resume) await this.resume(settings.disks.slice(present.length), present.length);
    if (boot === "installer" || (first && settings.from === "debian")) await this.handOver();
  }

  /** Waits until it answers by ssh as that system and has finished booting; says how: "running" or "degraded". */
  async waitUntilUp(system: System, { deadline = 300_000, signal }: Partial<Patience> = {}): Promise<string> {
    return waitUntil(
      `${this.name} up as ${system}`,
      async () => {
        if (!this.isOn) throw new Error(`${this.name} is off\n${await this.consoleTail()}`);
        const question = `. /etc/os-release; echo "$ID $VARIANT_ID"; systemctl is-system-running --wait`;
        const { stdout } = await this.ssh(question, { deadline: 30_000, signal });
        const [release, state = ""] = stdout.split("\n");
        const expected = { debian: "debian ", installer: "nixos installer", installed: "nixos " }[system];
        return release === expected && ["running", "degraded"].includes(state) ? state : null;
      },
      { deadline, signal, pause: 200 },
    ).catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${await this.consoleTail()}`, { cause: error });
    });
  }

  /** Runs a shell command by a new ssh connection, as root. */
  async ssh(command: string, options?: RunOptions): Promise<Completed> {
    return this.bed.access.ssh(this.name, command, options);
  }

  /** Runs a shell command at the console: works also when sshd or the network is gone. */
  async exec(command: string, { deadline = 30_000 } = {}): Promise<{ exitCode: number; output: string }> {
    return atConsole(join(this.directory, "shell.socket"), command, { deadline });
  }

  /** What came out of its first serial line so far: firmware, boot loader, kernel, system. */
  async console(): Promise<string> {
    return readFile(join(this.directory, "console.log"), "utf8").catch(() => "");
  }

  /** The ed25519 host key that it shows to everybody. */
  async scanHostKey(): Promise<string> {
    const line = await run(["ssh-keyscan", "-t", "ed25519", "-T", "10", this.address]);
    const [, type = "", key = ""] = line.split(" ");
    return `${type} ${key}`;
  }

  /** The ssh host key it has now is the one that the bed's known_hosts names: after an install that made a new one. */
  async trustHostKey(publicKey: string): Promise<void> {
    this.bed.access.remove(this.name, this.address);
    this.bed.access.add(this.name, this.address, publicKey.split(" ").slice(0, 2).join(" "));
  }

  /** Pulls the plug: nothing more goes out on the wire; what the system had not yet flushed is lost. */
  async pullPower(): Promise<void> {
    if (!this.isOn) return;
    await this.cutCable();
    await this.end();
    await this.healCable();
  }

  /** Nothing passes in either direction; the machine does not notice. */
  async cutCable(): Promise<void> {
    await run(["ip", "link", "set", this.tap, "down"]);
  }

  async healCable(): Promise<void> {
    await run(["ip", "link", "set", this.tap, "up"]);
  }

  /** Takes it away with all it had. */
  async destroy(): Promise<void> {
    await this.end();
    await attempt(["ip", "link", "delete", this.tap]);
    this.bed.access.remove(this.name, this.address);
    await rm(this.directory, { recursive: true, force: true });
  }

  private async end(): Promise<void> {
    this.group.kill();
    await waitUntil(`${this.name} going off`, async () => !this.isOn, { deadline: 10_000 });
    this.group.remove();
  }

  private async powerOn(): Promise<void> {
    await this.group.create();
    const log = openSync(join(this.directory, "qemu.log"), "a");
    const [enter, ...args] = this.group.enter;
    for (const socket of ["shell.socket", "monitor.socket"]) await rm(join(this.directory, socket), { force: true });
    spawn(enter, [...args, "sh", bedFile("machines/power-supply.sh"), this.directory], {
      detached: true,
      stdio: ["ignore", log, log],
    }).unref();
    await waitUntil(
      `${this.name} going on`,
      async () => talk(join(this.directory, "monitor.socket"), async () => true).catch(() => false),
      { deadline: 30_000 },
    ).catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${await readFile(join(this.directory, "qemu.log"), "utf8")}`, {
        cause: error,
      });
    });
  }

  /** Goes on where the snapshot was taken, with the machine's own disks. */
  private async resume(disks: readonly Disk[], firstPlace: number): Promise<void> {
    await talk(join(this.directory, "monitor.socket"), async ({ execute }) => {
      await waitUntil(
        `${this.name} resumed`,
        async () => !JSON.stringify(await execute("query-status")).includes("inmigrate"),
        { deadline: 60_000, pause: 50 },
      );
      for (const [index, disk] of disks.entries()) {
        for (const [command, parameters] of plugDisk(disk, firstPlace + index)) await execute(command, parameters);
      }
      await execute("cont");
    });
  }

  /** Gives a fresh system what is this machine's: its address, host key, name and clock, and the bed's key to everybody who may log in. */
  private async handOver(): Promise<void> {
    const key = await this.bed.access.publicKey();
    const hostKey = await readFile(join(this.directory, "host_key"), "utf8");
    const script = `
      date -s @${Math.ceil(Date.now() / 1000)} >/dev/null
      for user in root ada bob; do
        home=$(getent passwd $user | cut -d: -f6)
        [ -n "$home" ] || continue
        install -d -m 0700 -o $user -g $user $home/.ssh
        echo '${key}' >$home/.ssh/authorized_keys
        chown $user: $home/.ssh/authorized_keys
      done
      umask 077
      cat >/etc/ssh/ssh_host_ed25519_key <<'KEY'\n${hostKey}KEY
      umask 022
      ssh-keygen -y -f /etc/ssh/ssh_host_ed25519_key >/etc/ssh/ssh_host_ed25519_key.pub
      systemctl reset-failed ssh.service 2>/dev/null
      systemctl --no-block restart ssh.service
      echo 'nameserver ${this.bed.network.gateway}' >/etc/resolv.conf
      ip link set eth0 down
      ip link set eth0 address ${this.hardware.hardwareAddress}
      ip link set eth0 up
      i=0
      while ! ip -4 address show dev eth0 scope global | grep -q '${this.address}/'; do
        i=$((i + 1)); [ $i -lt 300 ] || exit 1; sleep 0.2
      done
      udevadm settle`;
    await waitUntil(
      `${this.name} listening at its console`,
      async () => (await this.exec("true", { deadline: 10_000 }).catch(() => null)) !== null,
      { deadline: 180_000 },
    );
    const { exitCode, output } = await this.exec(script, { deadline: 120_000 });
    if (exitCode !== 0) throw new Error(`${this.name} got no address:\n${output}\n${await this.consoleTail()}`);
    await waitUntil(`ssh of ${this.name}`, async () => (await this.ssh("true", { deadline: 30_000 })).exitCode === 0, {
      deadline: 180_000,
      pause: 100,
    });
  }

  private get tap(): string {
    return `fl${this.bed.network.bed}h${this.address.split(".").at(-1)}`;
  }

  private get hardware(): Hardware {
    const { firmware, memoryMiB } = this.settings();
    return {
      name: this.name,
      directory: this.directory,
      firmware,
      memoryMiB,
      hardwareAddress: hardwareAddressOf(this.address),
      tap: this.tap,
    };
  }

  private settings(): Settings {
    return readSettings(this.directory);
  }

  private async consoleTail(): Promise<string> {
    return `console: ${(await this.console()).split("\n").slice(-15).join("\n")}`;
  }
}

function names(bed: MachineBed): readonly string[] {
  const directory = join(bed.directory, "machines");
  if (!existsSync(directory)) return [];
  return readdirSync(directory).filter((name) => existsSync(join(directory, name, "settings.json")));
}

function readSettings(directory: string): Settings {
  return settingsSchema.parse(JSON.parse(readFileSync(join(directory, "settings.json"), "utf8")));
}

function freeAddress(bed: MachineBed): string {
  const taken = new Set(names(bed).map((name) => readSettings(join(bed.directory, "machines", name)).address));
  for (let last = firstMachineAddress; last <= lastMachineAddress; last++) {
    if (!taken.has(bed.network.address(last))) return bed.network.address(last);
  }
  throw new Error(`bed ${bed.network.bed} has no address for another machine`);
}
