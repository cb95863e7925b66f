// One host of a bed: a systemd-nspawn machine with its own network namespace, /nix, /boot and identity. All of its state is in files, so
// that whichever process has the bed can go on with it.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, statfs, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import type { CableSettings } from "./cable-settings.ts";
import { ControlGroup } from "./cgroup.ts";
import type { Controller } from "./controller.ts";
import { Cable, type Network } from "./network.ts";
import { bedFile } from "./places.ts";
import { rootFileSystem } from "./root-file-system.ts";
import { attempt, run, type Completed, type RunOptions } from "./run.ts";
import { generateKey, type SshAccess } from "./ssh-access.ts";
import { waitUntil, type Patience } from "./wait-until.ts";

export interface HostOptions {
  /** An address of the bed's network; the next free one unless told. */
  readonly address?: string;
  /** Gives the host the user-space cable: delay, loss, rate, one-way cuts. {} for one that is fine so far. */
  readonly cable?: CableSettings;
  /** Makes /nix a disk of this many MiB, to be filled. */
  readonly nixMiB?: number;
  readonly bootMiB?: number;
}

/** What the bed lends its hosts. */
export interface Surroundings {
  readonly network: Network;
  readonly access: SshAccess;
  readonly controller: Controller;
}

const consolePath = "/run/wrappers/bin:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export class Host {
  readonly name: string;
  readonly address: string;
  readonly directory: string;
  private readonly around: Surroundings;
  private readonly group: ControlGroup;
  private readonly cable: Cable;

  /** Of a host that is there; TestBed.create makes new ones. */
  constructor(directory: string, name: string, around: Surroundings) {
    const { network } = around;
    this.name = name;
    this.directory = join(directory, name);
    this.address = readFileSync(join(this.directory, "address"), "utf8").trim();
    this.around = around;
    this.group = new ControlGroup(`flotilla-bed-${network.bed}/${name}`);
    this.cable = new Cable(
      network,
      new ControlGroup(`flotilla-bed-${network.bed}/${name}.cable`),
      this.directory,
      this.address,
    );
  }

  /** Makes disks, identity and cable of a new host, which is then off and has no system installed. */
  static async create(
    directory: string,
    name: string,
    address: string,
    options: HostOptions,
    around: Surroundings,
  ): Promise<Host> {
    const path = join(directory, name);
    const upper = join(path, "upper");
    // Name and address are taken before anything is waited for: hosts are created side by side.
    mkdirSync(path);
    writeFileSync(join(path, "address"), `${address}\n`);
    for (const part of ["upper/etc/ssh", "upper/etc/bed", "work", "root", "nix", "boot"])
      await mkdir(join(path, part), { recursive: true });
    await mkdir(join(upper, "root/.ssh"), { recursive: true, mode: 0o700 });
    for (const [disk, size] of [
      ["nix", options.nixMiB],
      ["boot", options.bootMiB],
    ] as const) {
      if (size !== undefined)
        await run(["mount", "-t", "tmpfs", "-o", `size=${size}m,mode=755`, `flotilla-${disk}`, join(path, disk)]);
    }

    const operatorKey = `${await around.access.publicKey()}\n`;
    const files = {
      "etc/hostname": `${name}\n`,
      "etc/machine-id": `${randomUUID().replaceAll("-", "")}\n`,
      "etc/hosts": `127.0.0.1 localhost\n${address} ${name}\n`,
      "etc/bed/address": `${address}/24\n`,
      "etc/bed/gateway": `${around.network.gateway}\n`,
      "etc/ssh/bed_keys": operatorKey,
      "root/.ssh/authorized_keys": operatorKey,
    };
    for (const [file, text] of Object.entries(files)) await writeFile(join(upper, file), text);
    const hostKey = await generateKey(join(upper, "etc/ssh/ssh_host_ed25519_key"), `root@${name}`);
    around.access.add(name, address, hostKey);

    const host = new Host(directory, name, around);
    if (options.cable !== undefined) host.cable.configure(options.cable);
    await host.cable.plugIn();
    return host;
  }

  /** Puts a system on a host that is off, as nixos-install does: closure, first generation, boot entry. */
  async install(toplevel: string, options: RunOptions = {}): Promise<void> {
    if (this.isOn) throw new Error(`${this.name} is running: deploy to it, or stop it first`);
    const store = `local?root=${this.directory}`;
    const copied = await this.around.controller.run(["nix", "copy", "--no-check-sigs", "--to", store, toplevel], {
      deadline: 120_000,
      ...options,
    });
    if (copied.exitCode !== 0) throw new Error(`installing ${toplevel} on ${this.name}: ${copied.stderr}`);
    const profiles = join(this.directory, "nix/var/nix/profiles");
    await mkdir(profiles, { recursive: true });
    for (const [target, link] of [
      [toplevel, "system-1-link"],
      ["system-1-link", "system"],
    ] as const) {
      await rm(join(profiles, link), { force: true });
      await symlink(target, join(profiles, link));
    }
    await mkdir(join(this.directory, "boot/loader/entries"), { recursive: true });
    await writeFile(join(this.directory, "boot/loader/entries/nixos-generation-1"), `${toplevel}\n`);
    await writeFile(join(this.directory, "boot/loader/default"), `${toplevel}\n`);
    // Once activated it is a link, which would lead out of the host.
    await rm(join(this.directory, "upper/etc/NIXOS"), { force: true });
    await writeFile(join(this.directory, "upper/etc/NIXOS"), "");
  }

  /** Whether it has power: also while it boots, hangs or is stalled. */
  get isOn(): boolean {
    return this.group.isPopulated();
  }

  /** Switches the power on; see waitUntilUp. */
  async start(): Promise<void> {
    if (this.isOn) throw new Error(`${this.name} is running already`);
    await this.cable.plugIn();
    const root = join(this.directory, "root");
    if (!existsSync(join(root, "usr"))) {
      const layers = `lowerdir=${rootFileSystem()},upperdir=${join(this.directory, "upper")},workdir=${join(this.directory, "work")}`;
      await run(["mount", "-t", "overlay", `flotilla-${this.name}`, root, "-o", layers]);
    }
    await this.group.create();
    const log = openSync(join(this.directory, "console.log"), "a");
    const [file, ...args] = this.group.enter;
    spawn(file, [...args, "sh", bedFile("power-supply.sh"), this.directory], {
      detached: true,
      stdio: ["ignore", log, log],
    }).unref();
    await waitUntil(`${this.name} going on`, async () => this.isOn, { deadline: 5000 });
  }

  /** Waits until it answers by ssh and has finished booting; says how: "running" or "degraded". */
  async waitUntilUp({ deadline = 60_000, signal }: Partial<Patience> = {}): Promise<string> {
    const state = await waitUntil(
      `${this.name} up`,
      async () => {
        if (!this.isOn) throw new Error(`${this.name} is off\n${await this.consoleTail()}`);
        const { stdout } = await this.ssh("systemctl is-system-running --wait", { deadline: 30_000, signal });
        return ["running", "degraded"].includes(stdout) ? stdout : null;
      },
      { deadline, signal, pause: 100 },
    ).catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${await this.consoleTail()}`, { cause: error });
    });
    return state;
  }

  /** Runs a shell command by a new ssh connection, as root. */
  async ssh(command: string, options?: RunOptions): Promise<Completed> {
    return this.around.access.ssh(this.name, command, options);
  }

  /** Runs a program at the console: works also when sshd or the network is gone. */
  async exec(words: readonly [string, ...string[]], options?: RunOptions): Promise<Completed> {
    const enter = ["nsenter", "--target", String(this.init()), "--all", "--root", "--wd", "--"] as const;
    return attempt([...enter, "/usr/bin/env", "-i", `PATH=${consolePath}`, "HOME=/root", ...words], options);
  }

  /** Shuts it down in good order. */
  async stop({ deadline = 30_000, signal }: Partial<Patience> = {}): Promise<void> {
    if (!this.isOn) return;
    // SIGRTMIN+4 asks systemd to power off.
    await run(["kill", "-RTMIN+4", String(this.init())]);
    await waitUntil(`${this.name} shutting down`, async () => !this.isOn, { deadline, signal });
  }

  /**
   * Pulls the plug: nothing more goes out on the wire, every process dies at once, what was written to disk stays.
   * A cable that was cut is whole again at the next start.
   */
  async pullPower(): Promise<void> {
    if (!this.isOn) return;
    await this.cable.cut();
    this.group.kill();
    await waitUntil(`${this.name} going off`, async () => !this.isOn, { deadline: 10_000 });
    this.group.remove();
    await this.cable.unplug();
  }

  /** The next boot takes this generation, as when someone stands at the boot menu. */
  async chooseGeneration(generation: number): Promise<void> {
    const loader = join(this.directory, "boot/loader");
    await copyFile(join(loader, `entries/nixos-generation-${generation}`), join(loader, "default"));
  }

  async cutCable(): Promise<void> {
    await this.cable.cut();
  }

  async healCable(): Promise<void> {
    await this.cable.heal();
  }

  /** Only for a host created with a cable. */
  async setCable(settings: CableSettings): Promise<void> {
    await this.cable.set(settings);
  }

  /**
   * Makes it accept TCP connections and then do nothing.
   * machine: all of it stands still, its timers too. sshd: the rest goes on, such as what a deploy started there.
   */
  async stall(what: "machine" | "sshd"): Promise<void> {
    if (what === "machine") this.group.freeze(true);
    else await this.exec(["pkill", "-STOP", "sshd"]);
  }

  async unstall(what: "machine" | "sshd"): Promise<void> {
    if (what === "machine") this.group.freeze(false);
    else await this.exec(["pkill", "-CONT", "sshd"]);
  }

  /** Fills a disk that was given a size at creation, up to the last `leaveMiB`. */
  async fillDisk(disk: "nix" | "boot", leaveMiB = 0): Promise<void> {
    const { bavail, bsize } = await statfs(join(this.directory, disk));
    const size = bavail * bsize - leaveMiB * 1024 * 1024;
    if (size > 0) await run(["fallocate", "--length", String(size), join(this.directory, disk, "filler")]);
  }

  async clearDisk(disk: "nix" | "boot"): Promise<void> {
    await rm(join(this.directory, disk, "filler"), { force: true });
  }

  /** Gives it another ssh host key, which no known_hosts has. */
  async changeHostKey(): Promise<void> {
    const root = join(this.directory, this.isOn ? "root" : "upper");
    const key = join(root, "etc/ssh/ssh_host_ed25519_key");
    await rm(key);
    await generateKey(key, `root@${this.name}`);
    if (this.isOn) await this.exec(["systemctl", "restart", "sshd"]);
  }

  /** What came out of its console so far. */
  async console(): Promise<string> {
    return readFile(join(this.directory, "console.log"), "utf8").catch(() => "");
  }

  /** Takes it away with all it had. */
  async destroy(): Promise<void> {
    this.group.kill();
    await waitUntil(`${this.name} going off`, async () => !this.isOn, { deadline: 10_000 });
    await this.cable.unplug();
    this.group.remove();
    for (const mount of ["root", "nix", "boot"]) await attempt(["umount", "--quiet", join(this.directory, mount)]);
    this.around.access.remove(this.name, this.address);
    await run(["rm", "-rf", "--one-file-system", this.directory]);
  }

  /** Its PID 1, by its number out here. */
  private init(): number {
    const candidates = [...this.group.processes("payload/init.scope"), ...this.group.processes("payload")];
    const init = candidates.find((pid) => /^NSpid:\t\d+\t1$/m.test(readFileSync(`/proc/${pid}/status`, "utf8")));
    if (init === undefined) throw new Error(`${this.name} is not running`);
    return init;
  }

  private async consoleTail(): Promise<string> {
    return `console: ${(await this.console()).split("\n").slice(-15).join("\n")}`;
  }
}
