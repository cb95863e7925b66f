// The network of a bed: one bridge, 10.77.N.0/24, and a cable from it to every host's own network namespace.
import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import type { CableSettings } from "./cable-settings.ts";
import type { ControlGroup } from "./cgroup.ts";
import { bedFile } from "./places.ts";
import { attempt, run } from "./run.ts";
import { waitUntil } from "./wait-until.ts";

export class Network {
  readonly bed: number;
  readonly bridge: string;
  readonly gateway: string;

  constructor(bed: number) {
    this.bed = bed;
    this.bridge = `flbed${bed}`;
    this.gateway = `10.77.${bed}.1`;
  }

  /** 11 -> "10.77.N.11" */
  address(last: number): string {
    return `10.77.${this.bed}.${last}`;
  }

  async up(): Promise<void> {
    await run(["ip", "link", "add", this.bridge, "type", "bridge", "forward_delay", "0", "mcast_snooping", "0"]);
    await run(["ip", "address", "add", `${this.gateway}/24`, "dev", this.bridge]);
    await run(["ip", "link", "set", this.bridge, "up"]);
    // A port that is always up: without one, the last host's cut cable would take the carrier from the bridge, and give it back a second late.
    const port = `fl${this.bed}h0`;
    const end = `fl${this.bed}h1`;
    await run(["ip", "link", "add", port, "master", this.bridge, "type", "veth", "peer", "name", end]);
    await run(["ip", "link", "set", port, "up"]);
    await run(["ip", "link", "set", end, "up"]);
  }

  async down(): Promise<void> {
    await attempt(["ip", "link", "delete", this.bridge]);
  }
}

/** One host's network namespace and its cable; all state is in files of the host's directory, so that any process can take over. */
export class Cable {
  private readonly device: string;
  /** The same after every power cut: neighbours would look for the old one for a minute. */
  private readonly hardwareAddress: string;
  private readonly namespace: string;
  private readonly settingsFile: string;
  private readonly network: Network;
  private readonly group: ControlGroup;
  private readonly directory: string;

  constructor(network: Network, group: ControlGroup, directory: string, address: string) {
    this.network = network;
    this.group = group;
    this.directory = directory;
    this.namespace = `${directory}/network`;
    this.settingsFile = `${directory}/cable.json`;
    const numbers = address.split(".").map(Number);
    this.device = `fl${network.bed}h${numbers.at(-1)}`;
    this.hardwareAddress = ["02:00", ...numbers.map((number) => number.toString(16).padStart(2, "0"))].join(":");
  }

  /** Settings make it the user-space cable, now and whenever the host is plugged in again; none leave it a veth pair. */
  configure(settings: CableSettings): void {
    writeFileSync(this.settingsFile, JSON.stringify(settings));
  }

  /** Makes namespace and cable, unless they are there. */
  async plugIn(): Promise<void> {
    if (existsSync(this.namespace)) return;
    writeFileSync(this.namespace, "");
    await run(["unshare", `--net=${this.namespace}`, "ip", "link", "set", "lo", "up"]);
    if (existsSync(this.settingsFile)) {
      await this.startUserSpaceCable();
    } else {
      await run(["ip", "link", "add", this.device, "type", "veth", "peer", "name", "eth0", "netns", this.namespace]);
      await run(["ip", "link", "set", this.device, "master", this.network.bridge, "up"]);
    }
    await run(["nsenter", `--net=${this.namespace}`, "ip", "link", "set", "eth0", "address", this.hardwareAddress]);
  }

  /** Takes cable and namespace away, and every socket with them: no FIN, no RST gets out. */
  async unplug(): Promise<void> {
    this.group.kill();
    await attempt(["ip", "link", "delete", this.device]);
    await attempt(["umount", "--lazy", this.namespace]);
    await rm(this.namespace, { force: true });
    if (existsSync(this.group.path)) {
      await waitUntil("end of the cable", async () => !this.group.isPopulated(), { deadline: 5000 });
      this.group.remove();
    }
  }

  /** Nothing passes in either direction; connections hang, as with a real cable. */
  async cut(): Promise<void> {
    await run(["ip", "link", "set", this.device, "down"]);
  }

  async heal(): Promise<void> {
    await run(["ip", "link", "set", this.device, "up"]);
  }

  /** Changes the settings while in use; they hold after a twentieth of a second. */
  async set(settings: CableSettings): Promise<void> {
    if (!existsSync(this.settingsFile))
      throw new Error(`${this.directory}: created without cable settings, it can only be cut and healed`);
    await writeFile(`${this.settingsFile}.new`, JSON.stringify(settings));
    await rename(`${this.settingsFile}.new`, this.settingsFile);
  }

  private async startUserSpaceCable(): Promise<void> {
    await this.group.create();
    const logFile = `${this.directory}/cable.log`;
    const log = openSync(logFile, "w");
    const [file, ...args] = this.group.enter;
    const words = [
      "/usr/bin/python3",
      bedFile("cable.py"),
      this.device,
      this.namespace,
      this.network.bridge,
      this.settingsFile,
    ];
    spawn(file, [...args, ...words], { detached: true, stdio: ["ignore", log, log] }).unref();
    await waitUntil("user-space cable", async () => readFileSync(logFile, "utf8").startsWith("ready"), {
      deadline: 10_000,
    }).catch((error) => {
      throw new Error(`${error.message}\n${readFileSync(logFile, "utf8")}`);
    });
  }
}
