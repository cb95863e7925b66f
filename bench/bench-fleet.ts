// The hosts of a benchmark and the flake they are deployed from, in a git repository as people have it.
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ControlGroup } from "../test/bed/cgroup.ts";
import type { Completed } from "../test/bed/run.ts";
import { run } from "../test/bed/run.ts";
import type { Host, HostOptions } from "../test/bed/host.ts";
import { TestBed } from "../test/bed/test-bed.ts";

/** Milliseconds. Ends what hangs. */
const deadline = 300_000;

export interface BenchFleetOptions {
  readonly hosts: number;
  /** dist/flotilla.js of the program that is measured. */
  readonly program: string;
  readonly host?: HostOptions;
}

export class BenchFleet {
  readonly bed: TestBed;
  readonly names: readonly string[];
  /** The flake's repository. */
  readonly directory: string;
  readonly #program: string;
  #release = 0;

  private constructor(bed: TestBed, { hosts, program }: BenchFleetOptions) {
    this.bed = bed;
    this.names = Array.from({ length: hosts }, (_, index) => `host-${String(index + 1).padStart(2, "0")}`);
    this.directory = join(bed.directory, "fleet");
    this.#program = program;
  }

  /** Brings the hosts up; they run release 1 of the fleet. */
  static async create(options: BenchFleetOptions): Promise<BenchFleet> {
    const bed = await TestBed.create();
    const fleet = new BenchFleet(bed, options);
    try {
      await fleet.#writeFlake();
      const hosts = await Promise.all(fleet.names.map((name) => bed.create(name, options.host)));
      for (const host of hosts) await fleet.#bringUp(host);
      for (const host of hosts) await host.waitUntilUp({ deadline });
      // Everything that is done once in a fleet's life is done: known hosts, the history, the profile's first generation.
      await fleet.mustDeploy();
      return fleet;
    } catch (error) {
      await bed.destroy();
      throw error;
    }
  }

  get hosts(): readonly Host[] {
    return this.names.map((name) => this.bed.host(name));
  }

  /** `flotilla WORDS` as the operator runs it, in the repository. */
  async flotilla(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Completed> {
    return this.run([process.execPath, this.#program, ...words], env);
  }

  /** A deploy that ends well. */
  async mustDeploy(words: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<void> {
    mustSucceed("flotilla deploy", await this.flotilla(["deploy", ...words], env));
  }

  /** Any program as the operator runs it, in the repository. */
  async run(words: readonly [string, ...string[]], env: Readonly<Record<string, string>> = {}): Promise<Completed> {
    // As NixOS sets it; without it nix builds one thing at a time.
    const nix = { NIX_CONFIG: "max-jobs = auto" };
    return this.bed.controller.run(words, { cwd: this.directory, deadline, env: { ...nix, ...env } });
  }

  /** Makes a host's evaluation as heavy as so many options, from the next release on. */
  async weigh(options: number): Promise<void> {
    await writeFile(join(this.directory, "weight"), String(options));
  }

  /** Commits a release that no host has seen. */
  async nextRelease(): Promise<void> {
    this.#release += 1;
    await writeFile(join(this.directory, "release"), String(this.#release));
    await this.#git("add", "--all");
    await this.#git("commit", "--quiet", "--message", `Release ${this.#release}`);
  }

  /** How often somebody has logged in to each host since it booted, by its sshd. */
  async logins(): Promise<readonly number[]> {
    return Promise.all(
      this.hosts.map(async (host) => {
        const { stdout } = await host.exec(["journalctl", "--quiet", "--output=cat", "--grep=^Accepted publickey"]);
        return stdout === "" ? 0 : stdout.split("\n").length;
      }),
    );
  }

  /** Milliseconds of processor time that the operator's programs and the hosts have used so far, all together. */
  async processorTime(): Promise<number> {
    const group = new ControlGroup(`flotilla-bed-${this.bed.number}`);
    const microseconds = /^usage_usec (\d+)$/m.exec(await readFile(join(group.path, "cpu.stat"), "utf8"))?.[1];
    return Number(microseconds) / 1000;
  }

  async destroy(): Promise<void> {
    await this.bed.destroy();
  }

  async #bringUp(host: Host): Promise<void> {
    await host.install(
      await this.bed.build(`${this.directory}#nixosConfigurations.${host.name}.config.system.build.toplevel`),
    );
    await host.start();
  }

  async #writeFlake(): Promise<void> {
    const nixpkgs = join(this.bed.directory, "nixpkgs");
    await cp(join(import.meta.dirname, "../test/bed"), nixpkgs, { recursive: true });
    await mkdir(this.directory, { recursive: true });
    await cp(join(import.meta.dirname, "fleet"), this.directory, { recursive: true });
    const flake = await readFile(join(this.directory, "flake.nix"), "utf8");
    await writeFile(join(this.directory, "flake.nix"), flake.replace("/where/test/bed/lies", nixpkgs));
    await writeFile(join(this.directory, "hosts.json"), JSON.stringify(this.names));
    await writeFile(join(this.directory, "operator.pub"), await this.bed.access.publicKey());
    await writeFile(join(this.directory, ".gitignore"), ".gcroots/\n");
    await this.weigh(0);
    await this.#git("init", "--quiet", "--initial-branch", "main");
    await this.nextRelease();
    mustSucceed("nix flake lock", await this.run(["nix", "flake", "lock"]));
    await this.nextRelease();
  }

  async #git(...words: readonly string[]): Promise<void> {
    const operator = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"];
    await run(["git", "-C", this.directory, ...operator, ...words]);
  }
}

/** Holds a measured program to its end: what failed fast is no measurement. */
export function mustSucceed(what: string, { exitCode, stdout, stderr }: Completed): void {
  if (exitCode === 0) return;
  throw new Error(`${what} ended with ${exitCode}:\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`);
}
