// What a fault test plays with: a bed, a fleet whose hosts' systems can be rewritten, and the program as operators run it.
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { RunEvent } from "../../src/domain/event.ts";
import type { ControllerOptions, ControllerProcess } from "../bed/controller.ts";
import type { Host, HostOptions } from "../bed/host.ts";
import { bedFile } from "../bed/places.ts";
import type { Completed } from "../bed/run.ts";
import { TestBed } from "../bed/test-bed.ts";
import { waitUntil } from "../bed/wait-until.ts";

/** What a host is to be: Nix text, for test/bed/system/system.nix and for `deployment`. */
export interface Wish {
  /** e.g. 'label = "2"; sshd = false;' */
  readonly system?: string;
  /** e.g. 'rollback.confirmTimeout = 5;' */
  readonly deployment?: string;
}

/** How the program ended: its exit status and what it said. */
export interface Ended extends Completed {
  /** Of a run with --json. */
  readonly events: readonly RunEvent[];
}

/** The program that people get, of the bundle of this run of tests: see ../bundle.ts. */
export const program = join(
  process.env["FLOTILLA_TEST_BUNDLE"] ?? join(import.meta.dirname, "../../dist"),
  "flotilla.js",
);

export class Scene {
  readonly bed: TestBed;
  readonly #flake: string;
  readonly #wishes = new Map<string, Wish>();

  private constructor(bed: TestBed) {
    this.bed = bed;
    this.#flake = join(bed.directory, "fleet");
  }

  /** An empty bed and an empty fleet. */
  static async create(): Promise<Scene> {
    const scene = new Scene(await TestBed.create());
    await mkdir(scene.#flake, { recursive: true });
    await cp(bedFile("system"), join(scene.#flake, "system"), { recursive: true });
    return scene;
  }

  /** Hosts that run the systems of their wishes, all brought up at once. */
  async hosts(
    wishes: Readonly<Record<string, Wish>>,
    options: Readonly<Record<string, HostOptions>> = {},
  ): Promise<readonly Host[]> {
    await this.wishes(wishes);
    const hosts: Host[] = [];
    // One after the other: until a host is there, its address counts as free.
    for (const name of Object.keys(wishes)) hosts.push(await this.bed.create(name, options[name]));
    return Promise.all(hosts.map((host) => this.#start(host)));
  }

  /** A host that runs the system of its wish, reached and `running`. */
  async host(name: string, wish: Wish = {}, options: HostOptions = {}): Promise<Host> {
    const host = await this.bed.create(name, options);
    await this.wish(name, wish);
    return this.#start(host);
  }

  async #start(host: Host): Promise<Host> {
    await host.install(
      await this.bed.build(`path:${this.#flake}#nixosConfigurations.${host.name}.config.system.build.toplevel`),
    );
    await host.start();
    await host.waitUntilUp();
    return host;
  }

  /** Rewrites the configuration of a host. What is not said is as in test/bed/system; waiting for a confirmation takes 8 s. */
  async wish(name: string, wish: Wish): Promise<void> {
    await this.wishes({ [name]: wish });
  }

  /** The same for several at once. */
  async wishes(wishes: Readonly<Record<string, Wish>>): Promise<void> {
    for (const [name, wish] of Object.entries(wishes)) this.#wishes.set(name, wish);
    await writeFile(join(this.#flake, "flake.nix"), fleetFlake(this.#wishes));
  }

  /** The store path that the flake asks for now. */
  async toplevel(name: string): Promise<string> {
    const { exitCode, stderr, stdout } = await this.bed.controller.run([
      "nix",
      "eval",
      "--raw",
      `path:${this.#flake}#nixosConfigurations.${name}.config.system.build.toplevel.outPath`,
    ]);
    if (exitCode !== 0) throw new Error(stderr);
    return stdout;
  }

  /** The same for all hosts. */
  async toplevels(): Promise<Readonly<Record<string, string>>> {
    const pathsOf = "builtins.mapAttrs (_: host: host.config.system.build.toplevel.outPath)";
    const words = ["nix", "eval", "--json", `path:${this.#flake}#nixosConfigurations`, "--apply", pathsOf] as const;
    const { exitCode, stderr, stdout } = await this.bed.controller.run(words);
    if (exitCode !== 0) throw new Error(stderr);
    return z.record(z.string(), z.string()).parse(JSON.parse(stdout));
  }

  /** Runs flotilla in the fleet's directory to its end. */
  async flotilla(words: readonly string[], options: ControllerOptions = {}): Promise<Ended> {
    const ended = await this.bed.controller.run([process.execPath, program, ...words], {
      cwd: this.#flake,
      deadline: 150_000,
      ...options,
    });
    return { ...ended, events: words.includes("--json") ? eventsOf(ended.stdout) : [] };
  }

  /** Starts flotilla, to be watched, killed, or interrupted as by Ctrl-C: it leads a process group, as in a terminal. */
  async start(words: readonly string[], options: ControllerOptions = {}): Promise<ControllerProcess> {
    return this.bed.controller.start(["setsid", process.execPath, program, ...words], {
      cwd: this.#flake,
      deadline: 150_000,
      ...options,
    });
  }

  /** `await using scene = await Scene.create();` is gone at the end of its block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.destroy();
  }

  async destroy(): Promise<void> {
    await this.bed.destroy();
    await rm(this.#flake, { recursive: true, force: true });
  }
}

/** The events that a run with --json has written so far; its stream of lines is a promise of its own, so all are parsed. */
export function eventsOf(stdout: string): readonly RunEvent[] {
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => RunEvent.parse(JSON.parse(line)));
}

/** Waits for an event of a program that was started with --json. */
export async function until(
  running: ControllerProcess,
  what: string,
  isIt: (event: RunEvent) => boolean,
  deadline = 60_000,
): Promise<RunEvent> {
  return waitUntil(
    what,
    async () => {
      const whole = running.stdout().slice(0, running.stdout().lastIndexOf("\n") + 1);
      return eventsOf(whole).find(isIt) ?? null;
    },
    { deadline, pause: 20 },
  );
}

/** The phase of a host has begun. */
export const phaseBegins =
  (host: string, phase: string) =>
  (event: RunEvent): boolean =>
    event.type === "host-phase" && event.host === host && event.phase === phase && event.state === "started";

export interface HostEnd {
  readonly outcome: string;
  readonly code: string | null;
}

/** How a host ended in a run: its outcome and the code of its reason. */
export function endOf(events: readonly RunEvent[], host: string): HostEnd {
  const finished = events.filter((event) => event.type === "host-finished" && event.host === host);
  const [end, ...more] = finished;
  if (end?.type !== "host-finished" || more.length > 0) throw new Error(`${host} ended ${finished.length} times`);
  return { outcome: end.outcome, code: end.reason?.code ?? null };
}

/** What a host runs, boots by default and is called now, seen over a fresh login. */
export async function seenOn(
  host: Host,
): Promise<{ running: string; bootsNext: string; profile: string; state: string }> {
  const { exitCode, stdout, stderr } = await host.ssh(
    "readlink -f /run/current-system; cat /boot/loader/default; readlink -f /nix/var/nix/profiles/system; systemctl is-system-running || :",
  );
  if (exitCode !== 0) throw new Error(`${host.name} cannot be reached: ${stderr}`);
  const [running = "", bootsNext = "", profile = "", state = ""] = stdout.split("\n");
  return { running, bootsNext, profile, state };
}

/**
 * A flake of such hosts, with test/bed/system beside it.
 * @param hosts more of nixosConfigurations, as Nix text
 * @param outputs more outputs
 */
export const fleetFlake = (wishes: ReadonlyMap<string, Wish>, hosts = "", outputs = ""): string => `{
  outputs = _: let
    host = base: system: deployment: let settings = base // system; in {
      config = {
        system.build.toplevel = import ./system/system.nix settings;
        system.nixos.label = settings.label;
        services.openssh.ports = settings.sshPorts or [ 22 ];
        deployment = { rollback = { confirmTimeout = 8; } // (deployment.rollback or { }); activationTimeout = 40; } // removeAttrs deployment [ "rollback" ];
      };
      pkgs.stdenv.hostPlatform.system = settings.platform or "x86_64-linux";
    };
  in {
    nixosConfigurations = {
${Array.from(wishes, ([name, wish]) => hostText(name, wish)).join("\n")}
${hosts}
    };
    ${outputs}
  };
}
`;

const hostText = (name: string, { deployment = "", system = "" }: Wish): string =>
  `    ${JSON.stringify(name)} = host { label = "1"; hostName = ${JSON.stringify(name)}; } { ${system} } { ${deployment} };`;
