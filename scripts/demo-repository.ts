// What a person of a demo does with their editor and git: the repository of one of the examples/.
import { execFile } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestBed } from "../test/bed/test-bed.ts";

const root = join(import.meta.dirname, "..");
const execute = promisify(execFile);

export interface DemoExample {
  /** Its folder in examples/. */
  readonly example: string;
  /** The file of it in which the operator's key belongs. */
  readonly keysIn: string;
}

export class DemoRepository {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** The example, with its inputs from this machine and the operator's key. `begin` locks and commits it. */
  static async create(parent: string, bed: TestBed, { example, keysIn }: DemoExample): Promise<DemoRepository> {
    const key = await bed.access.publicKey();
    const repository = new DemoRepository(join(parent, "fleet"));
    // Of the project only what its flake hands out: a path: input is copied whole.
    for (const part of ["flake.nix", "nix"]) {
      await cp(join(root, part), join(parent, "flotilla", part), { recursive: true });
    }
    await cp(join(root, "test/bed"), join(parent, "nixpkgs"), { recursive: true });
    await cp(join(root, "examples", example), repository.directory, { recursive: true });
    await repository.edit("flake.nix", (text) =>
      text
        .replace(/nixpkgs\.url = "[^"]*"/, `nixpkgs.url = "path:${join(parent, "nixpkgs")}"`)
        .replace(/flotilla\.url = "[^"]*"/, `flotilla.url = "path:${join(parent, "flotilla")}"`),
    );
    await repository.edit(keysIn, (text) =>
      text.replace(/authorizedKeys\.keys = \[[^\]]*\]/, `authorizedKeys.keys = [ "${key}" ]`),
    );
    await repository.git("init", "--quiet", "--initial-branch", "main");
    return repository;
  }

  /** Locks the inputs and commits all of it. */
  async begin(bed: TestBed, message: string): Promise<void> {
    await this.git("add", "--all");
    const lock = await bed.controller.run(["nix", "flake", "lock", this.directory]);
    if (lock.exitCode !== 0) throw new Error(`nix flake lock: ${lock.stderr}`);
    await this.commit(message);
  }

  async edit(file: string, change: (text: string) => string): Promise<void> {
    const path = join(this.directory, file);
    const before = await readFile(path, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`${file} has changed; the demo does not know it any more`);
    await writeFile(path, after);
  }

  async commit(message: string): Promise<void> {
    const ana = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"];
    await this.git("add", "--all");
    await this.git(...ana, "commit", "--quiet", "--message", message);
  }

  private async git(...words: readonly string[]): Promise<void> {
    await execute("git", ["-C", this.directory, ...words]);
  }
}
