// A disk that is a file: real partition tables and file systems on this machine's kernel, in a mount namespace that nobody else copies.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attempt, type Completed, run } from "../bed/run.ts";

export class LoopDisk implements AsyncDisposable {
  /** /dev/loopN */
  readonly path: string;
  readonly #directory: string;
  readonly #namespace: ChildProcess;

  private constructor(path: string, directory: string, namespace: ChildProcess) {
    this.path = path;
    this.#directory = directory;
    this.#namespace = namespace;
  }

  static async create(bytes: number): Promise<LoopDisk> {
    const directory = await mkdtemp(join(tmpdir(), "flotilla-disk-"));
    const file = join(directory, "disk.img");
    await writeFile(file, "");
    await truncate(file, bytes);
    // Its one line says that it is in the namespace by now.
    const namespace = spawn("unshare", ["--mount", "--propagation", "private", "sh", "-c", "echo up; exec cat"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await once(namespace.stdout, "data");
    return new LoopDisk(await run(["losetup", "--find", "--show", "--partscan", file]), directory, namespace);
  }

  /** A directory to mount at; it is there in the namespace alone. */
  get mountpoint(): string {
    return join(this.#directory, "mnt");
  }

  /** Runs a script of POSIX sh as root, where its mounts are. */
  async sh(script: string): Promise<Completed> {
    return attempt(["nsenter", `--mount=/proc/${this.#namespace.pid}/ns/mnt`, "dash", "-s"], { stdin: script });
  }

  /** As when a virtual machine's disk is made larger. */
  async grow(bytes: number): Promise<void> {
    await truncate(join(this.#directory, "disk.img"), bytes);
    await run(["losetup", "--set-capacity", this.path]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sh(
      `umount --recursive ${this.mountpoint}; swapoff ${this.path}p*; partx --delete ${this.path}; find /dev/disk -lname "${this.path}p*" -delete`,
    );
    await attempt(["losetup", "--detach", this.path]);
    this.#namespace.stdin?.end();
    await once(this.#namespace, "exit");
    await rm(this.#directory, { recursive: true });
  }
}
