// A host for the tests of the guard: a directory with the paths of a host, small programs in place of systemd and nix
// (test-host/), and connections to it that are a shell. `reboot` is a power cut.
import { mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { assetPath } from "../assets.ts";
import { HostName } from "../domain/host-name.ts";
import { RunId } from "../domain/run-id.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { Runner } from "../process/runner.ts";
import type { Connection } from "../ssh/connection.ts";
import { furnish, programsOf, type TestHostKind } from "./furnish-test-host.test-support.ts";
import { guardClient } from "./guard-client.ts";
import { guardScript } from "./guard-script.ts";
import type { GuardEnd, GuardObserver, GuardOrder, GuardProfile, GuardState } from "./guard.ts";

export { findProgram } from "./furnish-test-host.test-support.ts";
export const run = RunId.parse("00000001");
const generations = "nix/var/nix/profiles";
const records = "var/lib/flotilla/runs";

/** A system of the host: what its switch-to-configuration does, see test-host/switch-to-configuration. */
export interface TestSystem {
  readonly testStatus?: number;
  readonly bootStatus?: number;
  /** Shell that runs in the middle of it. */
  readonly during?: string;
  /** What `systemctl list-units` says once it runs. */
  readonly units?: string;
}

export class TestHost {
  readonly root: string;
  readonly client = guardClient(guardScript());
  readonly kind: TestHostKind;
  readonly #channels: Promise<unknown>[] = [];
  #power = new AbortController();
  readonly #runner: Runner;

  private constructor(root: string, kind: TestHostKind, runner: Runner) {
    this.root = root;
    this.kind = kind;
    this.#runner = runner;
  }

  /** A host whose `sh` is the given program. On Linux it runs and boots the system `old`; a Mac runs what Apple made. */
  static async create(shell: string, runner: Runner, kind: TestHostKind = "systemd"): Promise<TestHost> {
    const root = await realpath(await mkdtemp(join(tmpdir(), "flotilla-guard-")));
    const host = new TestHost(root, kind, runner);
    await furnish(root, kind, shell);
    if (kind === "mac") return host;
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

  /** Gives a system another one as its specialisation. */
  async addSpecialisation(system: StorePath, name: string, other: StorePath): Promise<void> {
    await mkdir(join(system, "specialisation"));
    await symlink(other, join(system, "specialisation", name));
  }

  /** Takes away all that the host remembers of runs. */
  async forget(): Promise<void> {
    await this.leftovers();
    for (const path of [records, "run/flotilla/runs"]) await rm(join(this.root, path), { recursive: true });
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

  /**
   * Starts, and answers a state with a verb over a connection of its own, as an operator would.
   *
   * @param environment of root, beside what it has on each host
   */
  async play(
    order: GuardOrder,
    at: Partial<Record<GuardState, () => Promise<unknown>>>,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<PlayedRun> {
    const states: GuardState[] = [];
    const log: string[] = [];
    const answers: Promise<unknown>[] = [];
    const observer: GuardObserver = {
      onState: (state) => {
        states.push(state);
        const answer = at[state];
        if (answer !== undefined) answers.push(answer());
      },
      onLog: (line) => log.push(line),
    };
    const end = await this.client.start(this.connection(environment), order, observer, this.#power.signal);
    await Promise.all(answers);
    return { end, states, log };
  }

  connection(environment: Readonly<Record<string, string>> = {}): Connection {
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
            file: join(this.root, programsOf(this.kind), "sh"),
            args: words.slice(1),
            env: { ...environment, FLOTILLA_ROOT: this.root, PATH: this.#path(), SUDO_USER: "ana" },
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

  #path(): string {
    const own = join(this.root, programsOf(this.kind));
    return this.kind === "mac" ? own : `${own}${delimiter}${process.env["PATH"] ?? ""}`;
  }

  /** SIGKILL to all of a unit's processes. */
  kill(unit: string): Promise<void> {
    return this.#killGroup(`units/${unit}/pid`);
  }

  /** SIGKILL to the deadman of a host without systemd. */
  async killDeadman(): Promise<void> {
    await killGroup(await this.read(`run/flotilla/runs/${run}/deadman-process`));
  }

  /** SIGSTOP to the guard of a host without systemd: it hangs. */
  async stopGuard(): Promise<void> {
    process.kill(-Number((await readlink(join(this.root, "run/flotilla/lock"))).split(":")[0]), "SIGSTOP");
  }

  /** SIGKILL to the guard's own process and its group. */
  async killGuard(): Promise<void> {
    if (this.kind === "systemd") return this.kill("flotilla-guard.service");
    await killGroup(await readlink(join(this.root, "run/flotilla/lock")));
  }

  /** Pulls the power: nothing that runs is told, /run is empty afterwards, and the boot default runs. */
  async reboot(): Promise<void> {
    await this.write("systemd-run-fails", "");
    this.#power.abort();
    this.#power = new AbortController();
    await Promise.allSettled(this.#channels);
    await this.#killAll();
    await rm(join(this.root, "run/flotilla"), { recursive: true, force: true });
    await rm(join(this.root, "systemd-run-fails"));
    await this.#boot();
  }

  async #boot(): Promise<void> {
    if (this.kind === "mac") return this.write("boot-session", "another boot\n");
    await rm(join(this.root, "run/current-system"));
    await symlink((await this.read("boot-default")).trim(), join(this.root, "run/current-system"));
    if (this.kind === "systemd") return this.write("proc/sys/kernel/random/boot_id", "another boot\n");
    // This machine's own boot is the one that it is now.
    for (const name of await readdir(join(this.root, records)))
      await this.write(`${records}/${name}/boot-id`, "before\n");
  }

  async #killAll(): Promise<void> {
    if (this.kind === "systemd") return this.#killUnits();
    const runs = await readdir(join(this.root, "run/flotilla/runs")).catch(() => []);
    const files = runs.flatMap((name) => [`runs/${name}/deadman-process`, `runs/${name}/step-process`]);
    // Twice, for one that was just being made; first who would do something about another's death.
    for (const pause of [50, 0]) {
      for (const file of files) await killGroup(await this.read(`run/flotilla/${file}`).catch(() => ""));
      await killGroup(await readlink(join(this.root, "run/flotilla/lock")).catch(() => ""));
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
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

  /** What a run must not leave behind, once it has had the time to go: units, the lock, gc roots, the holder. */
  async leftovers(tries = 100): Promise<string[]> {
    const list = (path: string): Promise<string[]> => readdir(join(this.root, path)).catch(() => []);
    const left = await Promise.all(["units", "nix/var/nix/gcroots/flotilla", "run/flotilla"].map(list));
    const names = left.flat().filter((name) => name !== "runs");
    if (tries === 0 || (left[0]?.length === 0 && !names.includes("lock"))) return names;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return this.leftovers(tries - 1);
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
    await this.#killAll();
    await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * SIGKILL to a process and its group, if it is still the one that was written down.
 *
 * @param identity its number, and after a colon its start, as guard/plain-processes.sh writes them
 */
async function killGroup(identity: string): Promise<void> {
  const [number = "", start = ""] = identity.trim().split(":");
  const stat = await readFile(`/proc/${number}/stat`, "utf8").catch(() => "");
  const started = stat.slice(stat.lastIndexOf(")")).split(" ")[20];
  if (started === undefined || !start.split("-").includes(started)) return;
  try {
    process.kill(-Number(number), "SIGKILL");
  } catch {
    // It has just gone.
  }
}

export interface PlayedRun {
  readonly end: GuardEnd;
  readonly states: readonly GuardState[];
  readonly log: readonly string[];
}

export const silent: GuardObserver = { onState: () => {}, onLog: () => {} };
