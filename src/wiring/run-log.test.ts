import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunEvent } from "../domain/event.ts";
import { HostName } from "../domain/host-name.ts";
import { runIdFrom } from "../domain/run-id.ts";
import { withRunLog } from "./run-log.ts";
import { type RunStage, stamped } from "./run-stage.ts";
import { OperatorInput } from "./operator-input.ts";
import { Tools } from "./tools.ts";

const run = runIdFrom(new Uint8Array(8));
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-log-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

function stageThatShows(shown: RunEvent[]): RunStage {
  const streams = { stdin: (async function* () {})(), stderr: { write: () => true } };
  const { signal } = new AbortController();
  return {
    run,
    tools: new Tools({}, new OperatorInput(streams), () => {}),
    renderer: { event: (event) => shown.push(event), aside: (work) => work(), finish: () => {} },
    interruption: { halt: signal, leave: signal },
  };
}

test("every event is shown as before, and written down with what hosts print", () => {
  const shown: RunEvent[] = [];
  const { renderer } = withRunLog(stageThatShows(shown), join(directory, "logs"));
  const event = stamped(run, {
    type: "host-log",
    host: HostName.parse("web-01"),
    phase: "activate",
    line: "starting nginx",
  });
  renderer.event(event);
  expect(shown).toEqual([event]);
  const file = join(directory, "logs", `${run}.log`);
  expect(readFileSync(file, "utf8")).toMatch(/^web-01 .*starting nginx\n$/u);
  expect(statSync(file).mode & 0o077).toBe(0);
});

test("a directory that cannot be made is said to be, before anything is done", () => {
  writeFileSync(join(directory, "file"), "");
  expect(() => withRunLog(stageThatShows([]), join(directory, "file", "logs"))).toThrow(
    expect.objectContaining({ code: "E_USAGE" }),
  );
});
