// A machine in memory, and all that installing one takes: what is asked of it is noted, and it can be cut off, halted and restarted.
import { healthyInspection } from "../checks/test-inspection.ts";
import type { BlockDevice } from "../disk/machine-disks.ts";
import { testDevice } from "../disk/test-machine.ts";
import type { EventBody } from "../domain/event.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { RunId } from "../domain/run-id.ts";
import type { ProcessResult, RunOptions } from "../process/runner.ts";
import { wholeOf } from "../process/program-input.ts";
import type { Connection, RemoteCommand } from "../ssh/connection.ts";
import type { Target } from "../ssh/target.ts";
import type { InstallServices } from "./install-services.ts";
import type { InstallRecord } from "./install-record.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { installation, systemPath, web } from "./test-installation.ts";
import { testFacts, testInstallerFacts } from "./test-machine-facts.ts";

const finished = (stdout: string, exitCode = 0): ProcessResult => ({
  exitCode,
  stdout,
  stderr: "",
  timedOut: false,
  aborted: false,
});

/** What a machine runs, and what lies on its disks. */
export class FakeInstall {
  /** In order: what was done to the machine. */
  readonly done: string[] = [];
  readonly events: EventBody[] = [];
  readonly files = new Map<string, string>();
  readonly halt = new AbortController();
  os: "debian" | "installer" | "installed" = "debian";
  disks: readonly BlockDevice[] = [testDevice("/dev/vda", { serial: "S1" })];
  mounted = false;
  /** On its disks. */
  record: InstallRecord | null = null;
  /** The host keys that the operator's own ssh knows it by. */
  known: readonly string[] = ["ssh-ed25519 AAAAold"];
  /** Locks that somebody keeps renewing. */
  renewals = 0;
  /** The run that has it locked. */
  lockedBy: string | null = null;
  /** Files of the operator's that are not there. */
  readonly missing = new Set<string>();
  /** What programs that describe it print. */
  hardware = "{ }\n";
  /** Exit statuses of jobs, by name. */
  readonly fails = new Map<string, number>();
  /** Told of each thing before it is done; what it throws is what happens. */
  before: (what: string) => void = () => {};
  #boots = 0;
  #looks = 0;
  #jobs = new Map<string, number>();

  get bootId(): string {
    return `boot-${this.#boots}`;
  }

  /** What its power cut leaves. */
  restart(os: FakeInstall["os"]): void {
    this.os = os;
    this.mounted = false;
    this.lockedBy = null;
    this.#boots += 1;
  }

  get facts(): MachineFacts {
    const facts: MachineFacts = this.os === "debian" ? testFacts : { ...testFacts, ...testInstallerFacts };
    return { ...facts, bootId: this.bootId, disks: { disks: this.disks, groups: [], probed: true } };
  }

  #do(what: string): void {
    this.before(what);
    this.done.push(what);
  }

  connection(target: Target): Connection {
    const boot = this.#boots;
    const connection: Connection = {
      target,
      elevation: [],
      withElevation: () => connection,
      nix: { authority: target.address, environment: {} },
      close: async () => {},
      run: async (command, given = {}) => {
        if (boot !== this.#boots) throw new FlotillaError("E_CONNECTION_LOST", "that boot is over", { host: web });
        return this.#run(command, given);
      },
    };
    return connection;
  }

  #run({ stdin = "", words }: RemoteCommand, { onStdoutLine }: RunOptions): ProcessResult {
    const text = wholeOf(stdin).toString("utf8");
    const verb = words[3];
    if (words[0] === "cat") return finished(`${this.bootId}\n`);
    if (verb === "take") {
      if (this.lockedBy !== null && this.lockedBy !== words[5]) {
        return finished(`held ${this.lockedBy} ${(this.#looks += 1)} 2026-01-01T00:00:00Z bo@desk\n`);
      }
      this.lockedBy = words[5] ?? "";
      return finished("taken\n");
    }
    if (verb === "release") {
      this.lockedBy = null;
      return finished("");
    }
    if (verb === "start") {
      const name = words[5] ?? "";
      this.#do(name);
      const status = this.fails.get(name) ?? 0;
      this.#jobs.set(name, status);
      if (status === 0 && (name === "disks" || name === "mount")) this.mounted = true;
      if (name === "unmount") this.mounted = false;
      return finished("started\n");
    }
    if (verb === "follow") {
      this.before(`follow ${words[5]}`);
      onStdoutLine?.(`line at work`);
      onStdoutLine?.(`end ${this.#jobs.get(words[5] ?? "") ?? "gone"}`);
      return finished("");
    }
    if (text.includes("begin flotilla-standing-1")) return finished(this.#standing());
    if (text.includes("sysrq-trigger")) {
      this.#do("reboot");
      this.restart("installed");
      return finished("");
    }
    if (text.includes("ssh-keygen")) {
      this.#do("host keys");
      return finished("ssh-ed25519 AAAAnew root@web\n");
    }
    const script = words[2] ?? "";
    if (script.includes('cat >"$1.new"')) {
      const file = words[4] ?? "";
      this.#do(`write ${file}`);
      this.files.set(file, text);
      if (file.endsWith("install.json")) this.record = JSON.parse(text);
      return finished("");
    }
    if (script.startsWith("cat --")) return finished("ssh-ed25519 AAAAnew root@web\n");
    this.#do(words.filter((word) => word !== "sh" && word !== "-c").join(" "));
    return finished(script.includes("nixos-facter") || script.includes("nixos-generate-config") ? this.hardware : "");
  }

  #standing(): string {
    const record = this.record === null ? "" : JSON.stringify(this.record);
    return [
      "begin=flotilla-standing-1",
      ...(this.mounted ? ["mounted=yes"] : []),
      `installing=${this.mounted ? record : ""}`,
      `installed=${this.os === "installed" ? record : ""}`,
      `current_system=${this.os === "installed" ? systemPath : ""}`,
      "end=",
      "",
    ].join("\0");
  }

  services(run = "aaaaaaaa"): InstallServices {
    const now = { at: 0 };
    return {
      run: RunId.parse(run),
      operator: "ana@laptop",
      emit: (event) => void this.events.push(event),
      clock: {
        now: () => new Date(now.at),
        // Renewals of a lock would never end where time costs nothing.
        sleep: async (milliseconds, signal) => {
          if (signal !== undefined && milliseconds === 10_000) {
            this.renewals += 1;
            await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))).finally(
              () => (this.renewals -= 1),
            );
          }
          now.at += milliseconds;
        },
      },
      interruption: { halt: this.halt.signal, leave: new AbortController().signal },
      nix: {
        build: async ({ items, on, onItem }) => {
          this.#do(on.kind === "remote" ? `build there ${on.root ?? ""}`.trim() : "build");
          for (const item of items) onItem(item, "built");
        },
        copy: async ({ paths, root }) => this.#do(`copy ${paths.length} to ${root ?? "the installer"}`),
      },
      buildHere: async () => this.#do("build"),
      meet: async ([target]) => {
        this.#do("meet");
        return this.connection(target ?? expectTarget());
      },
      open: async (target) => {
        this.#do("open");
        return this.connection(target);
      },
      look: async ([target]) => {
        this.#do(`look for ${target?.hostKey}`);
        const connection = this.connection(target ?? expectTarget());
        return { connection, inspection: { ...healthyInspection, bootId: this.bootId, currentSystem: systemPath } };
      },
      gatherFacts: async () => this.facts,
      jump: async ({ connection, facts, options: { forceKexec } }) => {
        if (facts.operatingSystem.isInstaller && !forceKexec) return { connection, facts, jumped: false };
        this.#do("kexec");
        this.restart("installer");
        return { connection: this.connection(connection.target), facts: this.facts, jumped: true };
      },
      describe: async (host, file, text) => {
        this.#do(`describe ${host} in ${file}: ${text}`);
        return installation;
      },
      readFile: async (file) => {
        if (this.missing.has(file)) throw new FlotillaError("E_KEY", `${file} cannot be read`);
        return Buffer.from(`content of ${file}`);
      },
      isDirectory: async (path) => !this.missing.has(path),
      archive: async () => Buffer.from("archive"),
      askPassphrases: async () => new Map(),
      rememberHostKey: async (_, key, others) => {
        this.known = others === "kept" ? [...this.known, key] : [key];
        return "/home/ana/.ssh/known_hosts";
      },
    };
  }
}

const expectTarget = (): never => {
  throw new Error("no target");
};
