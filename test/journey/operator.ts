// A person at work: a home and a flake of their own, `flotilla` on the PATH, and hosts of a bed that others may use too.
import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { shellQuote } from "../../src/domain/shell-quote.ts";
import type { ControllerOptions, ControllerProcess } from "../bed/controller.ts";
import { controllerNix } from "../bed/controller-nix.ts";
import { bedFile } from "../bed/places.ts";
import type { TestBed } from "../bed/test-bed.ts";
import { type Ended, eventsOf, fleetFlake, program, type Wish } from "../fault/scene.ts";

export class Operator {
  readonly bed: TestBed;
  readonly home: string;
  /** Where the flake is, and where commands are run. */
  readonly flake: string;
  readonly #bin: string;

  private constructor(bed: TestBed, name: string) {
    this.bed = bed;
    this.home = join(bed.directory, "operators", name);
    this.flake = join(this.home, "fleet");
    this.#bin = join(this.home, "bin");
  }

  /** @param run what `flotilla` is; the program that was built, unless told */
  static async create(
    bed: TestBed,
    name: string,
    run: readonly string[] = [process.execPath, program],
  ): Promise<Operator> {
    const operator = new Operator(bed, name);
    await mkdir(operator.flake, { recursive: true });
    await mkdir(operator.#bin);
    await operator.program("flotilla", `exec ${shellQuote(run)} "$@"`);
    return operator;
  }

  /** The same with a flake of such hosts. */
  static async withFleet(bed: TestBed, name: string, wishes: Readonly<Record<string, Wish>>): Promise<Operator> {
    const operator = await Operator.create(bed, name);
    await operator.fleet(wishes);
    return operator;
  }

  /** Writes the flake; see fleetFlake. Its hosts are given time: here nothing waits for a deadline. */
  async fleet(wishes: Readonly<Record<string, Wish>>, hosts = "", outputs = ""): Promise<void> {
    await cp(bedFile("system"), join(this.flake, "system"), { recursive: true });
    const patient = Object.entries(wishes).map(
      ([name, { deployment = "", ...wish }]) =>
        [
          name,
          { ...wish, deployment: `rollback.confirmTimeout = 60; activationTimeout = 120; ${deployment}` },
        ] as const,
    );
    await this.write("flake.nix", fleetFlake(new Map(patient), hosts, outputs));
  }

  /** Writes a file of the flake. */
  async write(file: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.flake, file)), { recursive: true });
    await writeFile(join(this.flake, file), text);
  }

  /** Puts a shell script on the PATH, before everything else. */
  async program(name: string, script: string): Promise<void> {
    await writeFile(join(this.#bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** Puts the flake under git, or commits all that is there. */
  async commit(): Promise<void> {
    const git = "git -c user.name=Ana -c user.email=ana@example.org";
    const { exitCode, stderr } = await this.shell(`git init -q; git add -A && ${git} commit -qm change`);
    if (exitCode !== 0) throw new Error(stderr);
  }

  /** Runs flotilla to its end. */
  async flotilla(words: readonly string[], options: ControllerOptions = {}): Promise<Ended> {
    const ended = await this.bed.controller.run(["flotilla", ...words], this.#options(options));
    return { ...ended, events: words.includes("--json") ? eventsOf(ended.stdout) : [] };
  }

  /** Runs a line of bash in which `flotilla` is a command like any other. */
  async shell(line: string, options: ControllerOptions = {}): Promise<Ended> {
    return { ...(await this.bed.controller.run(["bash", "-c", line], this.#options(options))), events: [] };
  }

  /** Starts a program, to be watched and killed. */
  async start(words: readonly [string, ...string[]], options: ControllerOptions = {}): Promise<ControllerProcess> {
    return this.bed.controller.start(words, this.#options(options));
  }

  #options(options: ControllerOptions): ControllerOptions {
    const nix = options.nix === "machine" ? [] : [`${controllerNix()}/bin`];
    const path = [this.#bin, ...nix, process.env["PATH"]].join(":");
    // Their terminal and language are theirs, whatever this machine's are.
    const manner = { LC_ALL: "C.UTF-8", TERM: "xterm-256color", NO_COLOR: undefined, FORCE_COLOR: undefined };
    const env = { PATH: path, ...manner, ...options.env };
    return { cwd: this.flake, home: this.home, deadline: 120_000, ...options, env };
  }
}

/** How a run with --json ended, to be compared at one glance: { exit: 1, "web-01": "deployed", "web-02": "refused E_LOCKED" }. */
export function endsOf({ events, exitCode, stderr }: Ended): Readonly<Record<string, string | number | null>> {
  if (events.length === 0) throw new Error(`no events; ended with ${exitCode}: ${stderr}`);
  const ends = events.flatMap((event) =>
    event.type === "host-finished" ? [[event.host, [event.outcome, event.reason?.code ?? []].flat().join(" ")]] : [],
  );
  return { ...Object.fromEntries(ends), exit: exitCode };
}
