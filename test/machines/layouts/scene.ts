// An installer that has a disk for every layout, and an operator whose flake declares them for it: all of them are made, broken and changed together.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Machine } from "../../bed/machines/machine.ts";
import { talk } from "../../bed/machines/monitor.ts";
import { TestBed } from "../../bed/test-bed.ts";
import type { Ended } from "../../fault/scene.ts";
import { Operator } from "../../journey/operator.ts";
import { fleetOfMachines, type MachineWish } from "../fleet-of-machines.ts";

/** The disks of the layouts, by their names in them; their serials are the same. */
export const layoutDisks = [
  "simple-efi",
  "gpt-bios-compat",
  "luks-lvm",
  "mdadm-1",
  "mdadm-2",
  "boot-raid1-1",
  "boot-raid1-2",
  "btrfs-subvolumes",
  "luks-btrfs",
  "swap",
  "tmpfs",
  "lvm-thin",
  "legacy-table",
  "hybrid",
  "hybrid-mbr",
  "f2fs",
] as const;
/** Beside them, one with somebody's data, and one that another program is to partition. */
export const otherDisks = ["photos", "by-script"] as const;
const allDisks = [...layoutDisks, ...otherDisks];

export const byId = (serial: string): string => `/dev/disk/by-id/virtio-${serial}`;

/** The words that name disks to be wiped. */
export const wiping = (disks: readonly string[]): readonly string[] =>
  disks.flatMap((name) => ["--wipe", `${name}=${byId(name)}`]);

/** All layouts, as modules. */
const layoutFiles = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".nix"))
  .map((name) => `(import ${join(import.meta.dirname, name)})`);

/** Milliseconds. Nothing is asserted about time: an emulated machine beside others may be slow. */
const deadline = 3_000_000;

export class LayoutsScene {
  readonly #bed: TestBed;
  readonly #machine: Machine;
  readonly #ana: Operator;

  private constructor(bed: TestBed, machine: Machine, ana: Operator) {
    this.#bed = bed;
    this.#machine = machine;
    this.#ana = ana;
  }

  /** The installer runs; all disks are empty. */
  static async create(): Promise<LayoutsScene> {
    const bed = await TestBed.create();
    try {
      const machine = await Machine.create(bed, "layouts", {
        from: "installer",
        firmware: "bios",
        disks: allDisks.map((name) => `${name === "photos" ? "64M" : "512M"}:${name}`),
      });
      await machine.start();
      return new LayoutsScene(bed, machine, await Operator.create(bed, "ana"));
    } catch (error) {
      await bed.destroy();
      throw error;
    }
  }

  async destroy(): Promise<void> {
    await this.#bed.destroy();
  }

  /** Has the flake declare all layouts for the host "layouts", `more` laid over them, and further hosts for the same machine. */
  async declare(more = "{ }", others: Readonly<Record<string, MachineWish>> = {}): Promise<void> {
    const disks = `nixpkgs.lib.mkMerge [ ${[...layoutFiles, more].join(" ")} ]`;
    const wishes = Object.entries({ layouts: { disks }, ...others }).map(
      ([name, { module = "", ...wish }]: readonly [string, MachineWish]) =>
        [name, { ...wish, module: `deployment.targetHost = "layouts"; ${module}` }] as const,
    );
    await this.#ana.write("flake.nix", await fleetOfMachines(this.#bed, Object.fromEntries(wishes)));
  }

  /** `flotilla disk …` */
  async disk(...words: readonly string[]): Promise<Ended> {
    return this.flotilla("disk", ...words);
  }

  async flotilla(...words: readonly string[]): Promise<Ended> {
    return this.#ana.flotilla([...words, "--impure"], { deadline });
  }

  /** What `flotilla disk verify` finds, and how it ends. */
  async findings(
    ...words: readonly string[]
  ): Promise<z.infer<typeof verified> & { readonly exitCode: number | null }> {
    const { exitCode, stderr, stdout } = await this.disk("verify", "layouts", "--json", ...words);
    if (stdout === "") throw new Error(stderr);
    return { exitCode, ...verified.parse(JSON.parse(stdout)) };
  }

  /** Runs lines of sh on the machine, as root; all of them have to go well. */
  async machine(script: string): Promise<string> {
    const { exitCode, stderr, stdout } = await this.#machine.ssh(`set -eu\n${script}`, { deadline });
    if (exitCode !== 0) throw new Error(`${script}\nended with ${exitCode}:\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** How often the machine has written to each of its disks, or discarded something there, since it was switched on. */
  async writes(): Promise<Readonly<Record<string, number>>> {
    const counted = statistics.parse(await this.#monitor("query-blockstats"));
    return Object.fromEntries(
      counted.flatMap(({ qdev, stats }) => {
        const name = allDisks[Number(/blk(\d+)/u.exec(qdev)?.[1])];
        return name === undefined ? [] : [[name, stats.wr_operations + stats.unmap_operations]];
      }),
    );
  }

  /** The power is cut, and the installer boots anew. */
  async powerCut(): Promise<void> {
    await this.#machine.pullPower();
    await this.#machine.start({ boot: "installer" });
  }

  /** The disk has more room at its end. */
  async resize(disk: string, mebibytes: number): Promise<void> {
    const index = allDisks.findIndex((name) => name === disk);
    await this.#monitor("block_resize", { device: `disk${index}`, size: mebibytes * 2 ** 20 });
  }

  async #monitor(command: string, parameters?: Readonly<Record<string, unknown>>): Promise<unknown> {
    return talk(join(this.#machine.directory, "monitor.socket"), ({ execute }) => execute(command, parameters));
  }
}

const verified = z.object({
  findings: z.array(z.object({ option: z.string().nullable(), message: z.string(), certain: z.boolean() })),
});

const statistics = z.array(
  z.object({
    qdev: z.string().default(""),
    stats: z.object({ wr_operations: z.number(), unmap_operations: z.number() }),
  }),
);
