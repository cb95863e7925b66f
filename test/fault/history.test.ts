// A history that cannot be kept is no reason not to deploy: one warning, the work done, and a true exit status.
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunEvent } from "../../src/domain/event.ts";
import { run } from "../bed/run.ts";
import { type Ended, endOf, Scene, seenOn } from "./scene.ts";

const name = "host";
let scene: Scene;
let label = 1;
beforeAll(async () => {
  scene = await Scene.create();
  await scene.host(name);
});
afterAll(() => scene.destroy());

/** Deploys a system that is new, with that directory for XDG_STATE_HOME. */
async function deploy(state: string, system = ""): Promise<Ended> {
  label += 1;
  await scene.wish(name, { system: `label = "${label}"; ${system}` });
  return scene.flotilla(["deploy", "--json"], { env: { XDG_STATE_HOME: state } });
}

async function expectDeployed({ events, exitCode }: Ended): Promise<void> {
  expect(endOf(events, name)).toEqual({ outcome: "deployed", code: null });
  expect(exitCode).toBe(0);
  expect(await seenOn(scene.bed.host(name))).toMatchObject({ running: await scene.toplevel(name) });
}

const warnings = ({ events }: Ended): readonly string[] =>
  events.flatMap((event: RunEvent) => (event.type === "warning" ? [event.code ?? event.message] : []));

async function stateDirectory(which: string): Promise<string> {
  const directory = join(scene.bed.directory, `state-${which}`);
  await mkdir(join(directory, "flotilla"), { recursive: true });
  return directory;
}

test("a corrupt file is put aside and named, and a new history begins", async () => {
  const state = await stateDirectory("corrupt");
  await writeFile(join(state, "flotilla/history.sqlite"), "this was a database once\n".repeat(1000));
  const ended = await deploy(state);
  await expectDeployed(ended);
  expect(warnings(ended)).toEqual(["E_HISTORY"]);
  expect((await readdir(join(state, "flotilla"))).filter((file) => file.includes("corrupt"))).toHaveLength(1);
  const again = await deploy(state);
  await expectDeployed(again);
  expect(warnings(again)).toEqual([]);
  const history = await scene.flotilla(["history", "--json"], { env: { XDG_STATE_HOME: state } });
  expect(JSON.parse(history.stdout)).toHaveLength(2);
});

test("a read-only directory", async () => {
  const state = await stateDirectory("read-only");
  await run(["mount", "-t", "tmpfs", "-o", "ro", "read-only", state]);
  try {
    const ended = await deploy(state);
    await expectDeployed(ended);
    expect(warnings(ended)).toEqual(["E_HISTORY"]);
  } finally {
    await run(["umount", state]);
  }
});

test("a directory that cannot be made, and a deploy that fails", async () => {
  const ended = await deploy("/dev/null/state", 'activation = "exit 1";');
  expect(endOf(ended.events, name)).toEqual({ outcome: "rolled-back", code: "E_ACTIVATION" });
  expect(ended.exitCode).toBe(1);
  expect(warnings(ended)).toEqual(["E_HISTORY"]);
});

test("a disk that is full", async () => {
  const state = await stateDirectory("full");
  await run(["mount", "-t", "tmpfs", "-o", "size=128k", "full", state]);
  try {
    await mkdir(join(state, "flotilla"));
    // Room for the file, but not for what will be told to it.
    await run(["sh", "-c", `head -c 110000 /dev/zero >${state}/filler`]);
    const ended = await deploy(state);
    await expectDeployed(ended);
    expect(warnings(ended)).toEqual(["E_HISTORY"]);
  } finally {
    await run(["umount", state]);
  }
});
