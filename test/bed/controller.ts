// The controller: the operator's machine. A program runs on it as on this machine, but with a /nix of the test beds' own, a Nix of our choice,
// and a home of the test's own. Nothing of it is seen by the machine, and the machine's own /nix is not seen by it.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ControlGroup } from "./cgroup.ts";
import { controllerNix } from "./controller-nix.ts";
import { bedFile, controllerDirectory } from "./places.ts";
import { attempt, type Completed, type RunOptions } from "./run.ts";

export interface ControllerOptions extends RunOptions {
  /** own: Nix 2.26. machine: what Debian's nix-bin brought, 2.8 on Debian 12. */
  readonly nix?: "own" | "machine";
  /** HOME, and the XDG directories below it; the bed's unless told. */
  readonly home?: string;
}

/** A program on the controller that the test can talk to and kill. */
export interface ControllerProcess {
  /** The program itself: SIGKILL to it leaves its children to their fate, as when an operator's program is killed. */
  readonly child: ChildProcess;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  readonly finished: Promise<Completed>;
}

const nixConf = `experimental-features = nix-command flakes
sandbox = false
substituters =
build-users-group =
fsync-metadata = false
flake-registry =
warn-dirty = false
`;

/** What a controller has of the bed it belongs to. */
export interface ControllerBed {
  /** Knows the hosts. */
  readonly sshConfigFile: string;
  /** Takes in all that is started, also what outlives a killed program, until the bed is destroyed. */
  readonly group: ControlGroup;
}

export class Controller {
  private readonly home: string;
  private readonly bed: ControllerBed | null;

  /** @param bed null: a controller that knows no hosts */
  constructor(home: string, bed: ControllerBed | null) {
    this.home = home;
    this.bed = bed;
  }

  /** Runs it to its end (a minute, unless options.deadline says more). A failure is a result. */
  async run(words: readonly [string, ...string[]], options: ControllerOptions = {}): Promise<Completed> {
    await this.prepare();
    return attempt(this.words(words), { ...options, env: this.environment(options) });
  }

  /** Starts it. `options.signal` and `options.deadline` end it with SIGKILL; stdin stays open unless `options.stdin` is given. */
  async start(words: readonly [string, ...string[]], options: ControllerOptions = {}): Promise<ControllerProcess> {
    await this.prepare();
    const [file, ...args] = this.words(words);
    const deadline = AbortSignal.timeout(options.deadline ?? 60_000);
    const child = spawn(file, args, {
      env: { ...process.env, ...this.environment(options) },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      signal: options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]),
      killSignal: "SIGKILL",
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", (error) => (stderr += `${error.message}\n`));
    if (options.stdin !== undefined) child.stdin.end(options.stdin);
    // Its pipes may stay open in children that outlive it: the exit counts, and what was written by then.
    const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
    const closed = new Promise((resolve) => child.once("close", resolve));
    const finished = exit.then(async (exitCode): Promise<Completed> => {
      await Promise.race([closed, sleep(200)]);
      return { exitCode, stdout, stderr };
    });
    return { child, finished, stdout: () => stdout, stderr: () => stderr };
  }

  /** Gives it our terminal; resolves with its exit status. */
  async interactive(words: readonly [string, ...string[]], options: ControllerOptions = {}): Promise<number> {
    await this.prepare();
    const [file, ...args] = this.words(words);
    const child = spawn(file, args, { env: { ...process.env, ...this.environment(options) }, stdio: "inherit" });
    const [exitCode] = await once(child, "exit");
    return exitCode ?? 1;
  }

  private async prepare(): Promise<void> {
    await this.bed?.group.create();
    await mkdir(this.home, { recursive: true });
    await mkdir(join(controllerDirectory, "nix"), { recursive: true });
    await mkdir("/nix", { recursive: true });
    const file = join(controllerDirectory, "nix.conf");
    if (existsSync(file) && readFileSync(file, "utf8") === nixConf) return;
    // Several may be at it, in this process too.
    const written = `${file}.${randomUUID()}`;
    await writeFile(written, nixConf);
    await rename(written, file);
  }

  private words(words: readonly [string, ...string[]]): [string, ...string[]] {
    const nix = join(controllerDirectory, "nix");
    const enter = bedFile("enter-controller.sh");
    const entered = ["unshare", "--mount", "--propagation", "private", "sh", enter, nix, ...words] as const;
    return [...(this.bed?.group.enter ?? []), ...entered];
  }

  private environment({ env, nix = "own", home = this.home }: ControllerOptions): Record<string, string | undefined> {
    return {
      HOME: home,
      XDG_CACHE_HOME: join(home, ".cache"),
      XDG_CONFIG_HOME: join(home, ".config"),
      XDG_DATA_HOME: join(home, ".local/share"),
      XDG_STATE_HOME: join(home, ".local/state"),
      NIX_CONF_DIR: controllerDirectory,
      NIX_REMOTE: "",
      PATH: nix === "own" ? `${controllerNix()}/bin:${process.env["PATH"]}` : process.env["PATH"],
      ...(this.bed === null
        ? {}
        : { SSH_CONFIG_FILE: this.bed.sshConfigFile, NIX_SSHOPTS: `-F ${this.bed.sshConfigFile}` }),
      ...env,
    };
  }
}
