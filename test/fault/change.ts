// One host that is to change, for tests that ask what became of it: what ran before, what is wanted, and where it stands.
import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { RunEvent } from "../../src/domain/event.ts";
import type { ControllerOptions, ControllerProcess } from "../bed/controller.ts";
import type { Host, HostOptions } from "../bed/host.ts";
import { waitUntil } from "../bed/wait-until.ts";
import { type Scene, seenOn, until, type Wish } from "./scene.ts";

export interface Change {
  readonly name: string;
  readonly host: Host;
  /** The systems before and after. */
  readonly old: string;
  readonly wanted: string;
}

/** How a host is to change. */
export interface ChangeWish {
  readonly from?: Wish;
  readonly to: Wish;
  readonly options?: HostOptions;
}

/** Brings up a host with the system `from`, and wishes for `to`. */
export async function changeOf(scene: Scene, name: string, wish: ChangeWish): Promise<Change> {
  const host = await scene.host(name, wish.from ?? {}, wish.options ?? {});
  const { running: old } = await seenOn(host);
  await scene.wish(name, wish.to);
  return { name, host, old, wanted: await scene.toplevel(name) };
}

/** For a host whose change is to succeed, however busy this machine is. */
export const patient = "activationTimeout = 120; rollback.confirmTimeout = 45;";

/** The host answers a fresh login, is `running`, and one system alone is what runs, what boots next and the profile. */
export async function expectOn({ host }: Pick<Change, "host">, system: string): Promise<void> {
  await host.waitUntilUp();
  expect(await seenOn(host)).toEqual({ running: system, bootsNext: system, profile: system, state: "running" });
}

/** Waits for a state of the guard, seen at the console. */
export async function guardEnters(host: Host, state: string, deadline = 60_000): Promise<void> {
  await waitUntil(
    `the guard of ${host.name} ${state}`,
    async () => (await guardStates(host)).split("\n").includes(state),
    { deadline, pause: 100 },
  );
}

async function guardStates(host: Host): Promise<string> {
  return (await host.exec(["sh", "-c", "cat /run/flotilla/runs/*/state /var/lib/flotilla/runs/*/state"])).stdout;
}

/** Shell for a system's scripts: stands still here as long as the host is held, at this place if places are told apart. */
export const standStill = "while [ -e /run/hold ]; do sleep 0.1; done";
export const standStillAt = (place: string): string =>
  `while [ -e /run/hold ] && [ "$(cat /run/hold)" = ${place} ]; do sleep 0.1; done`;

export async function hold(host: Host, place = "anywhere"): Promise<void> {
  await host.exec(["sh", "-c", 'echo "$0" >/run/hold', place]);
}

export async function release(host: Host): Promise<void> {
  await host.exec(["rm", "-f", "/run/hold"]);
}

/** A system that is not built before it is let go, on the controller. */
export class HeldBuild {
  readonly #file: string;
  readonly #once = randomUUID();

  private constructor(file: string) {
    this.#file = file;
  }

  static async in(scene: Scene): Promise<HeldBuild> {
    const build = new HeldBuild(join(scene.bed.directory, `hold-${randomUUID()}`));
    await writeFile(build.#file, "");
    return build;
  }

  /** A setting of the system. */
  get setting(): string {
    const script = `while [ -e ${this.#file} ]; do sleep 0.1; done; echo ${this.#once} >$out`;
    return `etc.held = "\${(import ./system/derivations.nix { buildPlatform = "x86_64-linux"; }).derive "held" { } ${JSON.stringify(script)}}";`;
  }

  async letGo(): Promise<void> {
    await rm(this.#file);
  }
}

/** Starts a deployment of one host, with its events. */
export function startDeploy(scene: Scene, name: string, options: ControllerOptions = {}): Promise<ControllerProcess> {
  return scene.start(["deploy", "--json", "--on", name], options);
}

/** The id of a run that has begun. */
export async function runOf(running: ControllerProcess): Promise<string> {
  return (await until(running, "the begin of the run", () => true)).run;
}

/** A line that the activation has written: it is under way. */
export const saysActivating =
  (host: string) =>
  (event: RunEvent): boolean =>
    event.type === "host-log" && event.host === host && event.line.includes("activating the configuration");

/** As with a pulled plug of the operator's machine; nothing is said to anybody. */
export async function kill(running: ControllerProcess): Promise<void> {
  running.child.kill("SIGKILL");
  await running.finished;
}

/** Ctrl-C: the terminal sends it to the whole process group. */
export function pressControlC({ child }: ControllerProcess): void {
  if (child.pid === undefined) throw new Error("the program never started");
  process.kill(-child.pid, "SIGINT");
}

export interface HistoryRow {
  readonly run: string;
  readonly outcome: string | null;
  readonly code: string | null;
}

/** What the history says of a host, the newest run first. */
export async function historyOf(scene: Scene, host: string, options: ControllerOptions = {}): Promise<HistoryRow[]> {
  const { stdout } = await scene.flotilla(["history", host, "--json"], options);
  const rows: readonly HistoryRow[] = JSON.parse(stdout);
  return rows.map(({ run, outcome, code }) => ({ run, outcome, code }));
}

/** How the last run of a host ended, as `flotilla status` says it; `problem`: why the host could not be asked. */
export async function statusOf(
  scene: Scene,
  host: string,
): Promise<{ problem: string | null; outcome: string | null }> {
  const { stdout } = await scene.flotilla(["status", "--json", "--on", host]);
  const [row]: readonly { problem: string | null; lastRun: { outcome: string | null } | null }[] = JSON.parse(stdout);
  if (row === undefined) throw new Error(`no status of ${host}`);
  return { problem: row.problem, outcome: row.lastRun?.outcome ?? null };
}
