// A host for the tests of the guard: a directory with the paths of NixOS, small programs in place of systemd and nix
// (test-host/), and connections to it that are a shell. `reboot` is a power cut.
import {
  access,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { assetPath } from "../assets.ts";
import { HostName } from "../domain/host-name.ts";
import { RunId } from "../domain/run-id.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { Runner } from "../process/runner.ts";
import type { Connection } from "../ssh/connection.ts";
import { guardClient } from "./guard-client.ts";
import { guardScript } from "./guard-script.ts";
import type { GuardEnd, GuardObserver, GuardOrder, GuardProfile, GuardState } from "./guard.ts";

export const run = RunId.parse("00000001");
const generations = "nix/var/nix/profiles";

/** A system of the host: what its switch-to-configuration does, see test-host/switch-to-configuration. */
export interface TestSystem {
  readonly testStatus?: number;
  readonly bootStatus?: number;
  /** Shell that runs in the middle of it. */
  readonly during?: string;
  /** What `systemctl list-units` says once it runs. */
  readonly units?: string;
}

/** Where the program is, or `null` where this machine has none. */
export async function findProgram(name: string): Promise<string | null> {
  for (const directory of [
    "/bin",
    "/usr/bin",
    "/run/current-system/sw/bin",
    ...(process.env["PATH"] ?? "").split(delimiter),
  ]) {
    const file = join(directory, name);
    const found = await access(file).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return null;
}

export class TestHost {
  readonly root: string;
  readonly client = guardClient(guardScript());
  readonly #channels: Promise<unknown>[] = [];
  #power = new AbortController();
  readonly #runner: Runner;

  private constructor(root: string, runner: Runner) {
    this.root = root;
    this.#runner = runner;
  }

  /** A host whose `sh` is the given program, that runs and boots the system `old`. */
  static async create(shell: string, runner: Runner): Promise<TestHost> {
    const root = await realpath(await mkdtemp(join(tmpdir(), "flotilla-guard-")));
    const host = new TestHost(root, runner);
    for (const directory of [
      "run/wrappers/bin",
      "run/systemd/system",
      "usr",
      generations,
      "proc/sys/kernel/random",
      "systems",
    ]) {
      await mkdir(join(root, directory), { recursive: true });
    }
    const programs = join(root, "run/wrappers/bin");
    for (const name of ["systemctl", "systemd-run", "nix-env"]) {
      await symlink(assetPath(`src/activation/test-host/${name}`), join(programs, name));
    }
    await symlink("/usr/bin", join(root, "usr/bin"));
    await symlink("/bin", join(root, "bin"));
    await symlink(assetPath("src/activation/test-host/unit"), join(root, "usr/unit"));
    await symlink(shell, join(programs, "sh"));
    await symlink("/bin/true", join(programs, "sync"));
    await host.write("proc/sys/kernel/random/boot_id", "first boot\n");
    const old = await host.addSystem("old", {});
    await symlink(old, join(root, generations, "system-1-link"));
    await symlink("system-1-link", join(root, generations, "system"));
    await symlink(old, join(root, "run/current-system"));
    await host.write("boot-default", old);
    return host;
  }

  async addSystem(name: string, system: TestSystem): Promise<StorePath> {
    const directory = join(this.root, "systems", name);
    await mkdir(join(directory, "bin"), { recursive: true });
    await symlink(assetPath("src/activation/test-host/switch-to-configuration"), join(directory, "bin/original"));
    // A copy, for it finds its system by where it lies.
    await writeFile(join(directory, "bin/switch-to-configuration"), await readFile(join(directory, "bin/original")), {
      mode: 0o755,
    });
    await writeFile(join(directory, "test-status"), String(system.testStatus ?? 0));
    await writeFile(join(directory, "boot-status"), String(system.bootStatus ?? 0));
    await writeFile(join(directory, "during"), system.during ?? "");
    await writeFile(join(directory, "unit-list"), system.units ?? "");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- not in /nix/store, which is not ours to write
    return directory as StorePath;
  }

  async systemOf(generation: number): Promise<StorePath> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    return (await readlink(join(this.root, generations, `system-${generation}-link`))) as StorePath;
  }

  order(system: StorePath, settings: Partial<GuardOrder> = {}): GuardOrder {
    return {
      run,
      operator: "ana@desk",
      goal: "switch",
      profiles: [this.profile(system)],
      activationTimeout: 20,
      confirmTimeout: 20,
      rollback: true,
      onFailedUnits: "rollback",
      preActivate: null,
      healthChecks: [],
      installBootloader: false,
      keepSucceeded: false,
      ...settings,
    };
  }

  /** The system profile, which is to hold the system. */
  profile(system: StorePath, settings: Partial<GuardProfile> = {}): GuardProfile {
    return {
      name: "system",
      activator: "nixos",
      path: system,
      user: "root",
      profilePath: join(this.root, generations, "system"),
      generation: null,
      specialisation: null,
      ...settings,
    };
  }

  start(order: GuardOrder, observer: GuardObserver = silent): Promise<GuardEnd> {
    return this.client.start(this.connection(), order, observer, this.#power.signal);
  }

  verb(verb: "follow" | "confirm" | "revert", observer: GuardObserver = silent, of = run): Promise<GuardEnd> {
    return this.client[verb](this.connection(), of, observer, this.#power.signal);
  }

  reconcile(expected: { system: StorePath; previous: StorePath | null } | null = null): Promise<GuardEnd | null> {
    return this.client.reconcile(this.connection(), run, expected, this.#power.signal);
  }

  /** Starts, and answers a state with a verb over a connection of its own, as an operator would. */
  async play(order: GuardOrder, at: Partial<Record<GuardState, () => Promise<unknown>>>): Promise<PlayedRun> {
    const states: GuardState[] = [];
    const log: string[] = [];
    const answers: Promise<unknown>[] = [];
    const end = await this.start(order, {
      onState: (state) => {
        states.push(state);
        const answer = at[state];
        if (answer !== undefined) answers.push(answer());
      },
      onLog: (line) => log.push(line),
    });
    await Promise.all(answers);
    return { end, states, log };
  }

  connection(): Connection {
    const elevation: readonly string[] = [];
    const connection: Connection = {
      target: {
        host: HostName.parse("web-01"),
        address: "web-01",
        port: null,
        user: "root",
        options: [],
        hostKey: null,
        elevation,
      },
      elevation,
      withElevation: () => connection,
      run: ({ words, stdin, deadline }, options) => {
        const channel = this.#runner.run(
          {
            file: join(this.root, "run/wrappers/bin/sh"),
            args: words.slice(1),
            env: {
              FLOTILLA_ROOT: this.root,
              PATH: `${join(this.root, "run/wrappers/bin")}${delimiter}${process.env["PATH"] ?? ""}`,
            },
            deadline,
            ...(stdin === undefined ? {} : { stdin }),
          },
          options,
        );
        this.#channels.push(channel);
        return channel;
      },
      nix: { authority: "web-01", environment: {} },
      close: () => Promise.resolve(),
    };
    return connection;
  }

  /** SIGKILL to all of a unit's processes. */
  kill(unit: string): Promise<void> {
    return this.#killGroup(`units/${unit}/pid`);
  }

  /** Pulls the power: nothing that runs is told, /run is empty afterwards, and the boot default runs. */
  async reboot(): Promise<void> {
    await this.write("systemd-run-fails", "");
    this.#power.abort();
    this.#power = new AbortController();
    await Promise.allSettled(this.#channels);
    await this.#killUnits();
    await rm(join(this.root, "run/flotilla"), { recursive: true, force: true });
    await rm(join(this.root, "run/current-system"));
    await rm(join(this.root, "systemd-run-fails"));
    await symlink((await this.read("boot-default")).trim(), join(this.root, "run/current-system"));
    await this.write("proc/sys/kernel/random/boot_id", "another boot\n");
  }

  /** First who would run something after it, then the unit itself. Twice, for one that was just being made. */
  async #killUnits(): Promise<void> {
    for (const pause of [50, 0]) {
      const units = await readdir(join(this.root, "units")).catch(() => []);
      for (const file of ["keeper", "pid"]) {
        for (const unit of units) await this.#killGroup(`units/${unit}/${file}`).catch(() => {});
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    await rm(join(this.root, "units"), { recursive: true, force: true, maxRetries: 5 });
  }

  async #killGroup(pidFile: string): Promise<void> {
    process.kill(-Number(await this.read(pidFile)), "SIGKILL");
  }

  /** What runs, what the profile's generation is, what boots; by the last part of the names. */
  async systems(): Promise<{ runs: string; generation: string; boots: string }> {
    const last = (path: string): string => path.trim().split("/").at(-1) ?? "";
    return {
      runs: last(await readlink(join(this.root, "run/current-system"))),
      generation: await readlink(join(this.root, generations, "system")),
      boots: last(await this.read("boot-default")),
    };
  }

  /** What a run must not leave behind: units, gc roots, the holder. */
  async leftovers(): Promise<string[]> {
    const list = (path: string): Promise<string[]> => readdir(join(this.root, path)).catch(() => []);
    const wait = async (tries: number): Promise<string[]> => {
      const units = await list("units");
      if (units.length === 0 || tries === 0) return units;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return wait(tries - 1);
    };
    const units = await wait(100);
    const roots = await list("nix/var/nix/gcroots/flotilla");
    return [...units, ...roots, ...(await list("run/flotilla")).filter((name) => name !== "runs")];
  }

  read(path: string): Promise<string> {
    return readFile(join(this.root, path), "utf8");
  }

  write(path: string, text: string): Promise<void> {
    return writeFile(join(this.root, path), text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#power.abort();
    await Promise.allSettled(this.#channels);
    await this.#killUnits();
    await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

export interface PlayedRun {
  readonly end: GuardEnd;
  readonly states: readonly GuardState[];
  readonly log: readonly string[];
}

export const silent: GuardObserver = { onState: () => {}, onLog: () => {} };
