// A bed of hosts to test against. Several can be up on one machine, each with its own number, network and directory; one whose owner was
// killed is cleared away by the next that is made. `/nix` of the controller is shared by all.
import { existsSync, readdirSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ControlGroup } from "./cgroup.ts";
import { Controller } from "./controller.ts";
import { Host, type HostOptions } from "./host.ts";
import { type Lock, takeLock } from "./lock.ts";
import { Network } from "./network.ts";
import { bedFile, bedsDirectory } from "./places.ts";
import { attempt, run } from "./run.ts";
import { setUp } from "./set-up.ts";
import { SshAccess } from "./ssh-access.ts";
import { waitUntil } from "./wait-until.ts";

const highestNumber = 200;
const firstAddress = 11;

export class TestBed {
  readonly number: number;
  readonly directory: string;
  readonly network: Network;
  readonly access: SshAccess;
  readonly controller: Controller;
  private readonly lock: Lock | null;

  private constructor(number: number, lock: Lock | null) {
    this.number = number;
    this.directory = join(bedsDirectory, String(number));
    this.lock = lock;
    this.network = new Network(number);
    this.access = new SshAccess(this.directory);
    this.controller = new Controller(join(this.directory, "home"), {
      sshConfigFile: this.access.configFile,
      group: new ControlGroup(`flotilla-bed-${number}/.controller`),
    });
  }

  /** Makes an empty bed; sets the machine up before, if need be. */
  static async create(say: (line: string) => void = (line) => process.stderr.write(`${line}\n`)): Promise<TestBed> {
    await setUp(say);
    await TestBed.clearAbandoned();
    for (let number = 1; number <= highestNumber; number++) {
      const bed = await claim(number, (lock) => new TestBed(number, lock));
      if (bed === null) continue;
      await bed.network.up();
      await mkdir(bed.hostsDirectory, { recursive: true });
      await bed.access.create();
      return bed;
    }
    throw new Error(`all ${highestNumber} beds are in use`);
  }

  /** A bed that an earlier process kept: that number, or the only one there is. */
  static attach(number: number | null): TestBed {
    const kept = keptBeds();
    if (number !== null && kept.includes(number)) return new TestBed(number, null);
    const [only, ...others] = kept;
    if (number === null && only !== undefined && others.length === 0) return new TestBed(only, null);
    throw new Error(kept.length === 0 ? "no bed is up" : `which bed? --bed ${kept.join(" or --bed ")}`);
  }

  /** Clears every bed whose owner is no more. */
  static async clearAbandoned(): Promise<void> {
    for (const name of await readdir(bedsDirectory)) {
      const directory = join(bedsDirectory, name);
      if (name.endsWith(".lock") || existsSync(join(directory, "kept"))) continue;
      const lock = await takeLock(`${directory}.lock`, { seconds: 0 });
      if (lock === null) continue;
      if (existsSync(directory) && !existsSync(join(directory, "kept"))) await clear(Number(name));
      await lock.release();
    }
  }

  /** Adds a host, which is then off and has no system. */
  async create(name: string, options: HostOptions = {}): Promise<Host> {
    const address = options.address ?? this.freeAddress();
    return Host.create(this.hostsDirectory, name, address, options, this.surroundings);
  }

  host(name: string): Host {
    if (!existsSync(join(this.hostsDirectory, name)))
      throw new Error(`no host ${name} in bed ${this.number}: ${this.hostNames().join(", ")}`);
    return new Host(this.hostsDirectory, name, this.surroundings);
  }

  hosts(): readonly Host[] {
    return this.hostNames().map((name) => this.host(name));
  }

  /** 11 -> "10.77.N.11" */
  address(last: number): string {
    return this.network.address(last);
  }

  /** Builds a flake reference or installable on the controller and gives its store path. */
  async build(
    installable: string,
    options: { readonly args?: readonly string[]; readonly deadline?: number } = {},
  ): Promise<string> {
    const words = ["nix", "build", "--no-link", "--print-out-paths", ...(options.args ?? []), installable] as const;
    const { exitCode, stdout, stderr } = await this.controller.run(words, { deadline: options.deadline ?? 120_000 });
    if (exitCode !== 0) throw new Error(`building ${installable}:\n${stderr}`);
    return stdout;
  }

  /** Builds a system of system/system.nix; `settings` is its attrset: '{ hostName = "web-01"; sshd = false; }'. */
  async buildSystem(settings: string): Promise<string> {
    return this.build(`import ${bedFile("system/system.nix")} (${settings})`, { args: ["--impure", "--expr"] });
  }

  /** Lets it outlive this process: until someone attaches to it and destroys it. */
  async keep(): Promise<void> {
    await writeFile(join(this.directory, "kept"), "");
    await this.lock?.release();
  }

  /** Leaves no process, mount, namespace, control group or file. */
  async destroy(): Promise<void> {
    try {
      await clear(this.number);
    } finally {
      await this.lock?.release();
    }
  }

  private get surroundings(): { network: Network; access: SshAccess; controller: Controller } {
    return { network: this.network, access: this.access, controller: this.controller };
  }

  private get hostsDirectory(): string {
    return join(this.directory, "hosts");
  }

  private hostNames(): readonly string[] {
    return readdirSync(this.hostsDirectory).filter((name) => existsSync(join(this.hostsDirectory, name, "address")));
  }

  private freeAddress(): string {
    const taken = new Set(this.hosts().map((host) => host.address));
    for (let last = firstAddress; last < 255; last++) {
      if (!taken.has(this.address(last))) return this.address(last);
    }
    throw new Error(`bed ${this.number} is full`);
  }
}

/** Numbers of the beds that somebody kept. */
export function keptBeds(): readonly number[] {
  if (!existsSync(bedsDirectory)) return [];
  return readdirSync(bedsDirectory)
    .filter((number) => existsSync(join(bedsDirectory, number, "kept")))
    .map(Number);
}

/** Takes a number that no living process, no kept bed and no bed of another FLOTILLA_BED has. The lock lies beside the directory, which comes and goes. */
async function claim<Bed>(number: number, take: (lock: Lock) => Bed): Promise<Bed | null> {
  const directory = join(bedsDirectory, String(number));
  if (existsSync(directory) || existsSync(`/sys/class/net/${new Network(number).bridge}`)) return null;
  const lock = await takeLock(`${directory}.lock`, { seconds: 0 });
  if (lock === null) return null;
  if (existsSync(directory)) {
    await lock.release();
    return null;
  }
  await mkdir(directory);
  return take(lock);
}

/** By what the kernel knows of it, not by what was written down: also a half-made bed goes. */
async function clear(number: number): Promise<void> {
  const directory = join(bedsDirectory, String(number));
  const group = new ControlGroup(`flotilla-bed-${number}`);
  await waitUntil(`bed ${number} going down`, async () => isGone(group), { deadline: 60_000 });
  const mounts = await run(["findmnt", "--noheadings", "--raw", "--output", "TARGET"]);
  for (const mount of mounts.split("\n").toReversed()) {
    if (mount.startsWith(`${directory}/`)) await attempt(["umount", "--lazy", mount]);
  }
  await new Network(number).down();
  const links = await run(["ip", "-oneline", "link"]);
  for (const [, link] of links.matchAll(new RegExp(`^\\d+: (fl${number}h\\d+)`, "gm")))
    await attempt(["ip", "link", "delete", String(link)]);
  await run(["rm", "-rf", "--one-file-system", directory]);
}

/** Kills what is in it, also what a killed process had just started; then removes it. */
function isGone(group: ControlGroup): boolean {
  group.kill();
  if (group.isPopulated()) return false;
  try {
    group.remove();
    return true;
  } catch {
    return false;
  }
}
