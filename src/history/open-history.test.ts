import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { openHistory } from "./open-history.ts";
import { finished, identified, started } from "./test-events.ts";

const web = HostName.parse("web-01");
let directory: string;
let path: string;
let failures: FlotillaError[];

const open = () => openHistory({ path, now: () => new Date(0), onFailure: (failure) => failures.push(failure) });

/** A file with one run in it. */
function fill(): void {
  const { history } = open();
  history.record(started("aaaaaaaa", 0, [web]));
  history.record(identified("aaaaaaaa", 1, web));
  history.record(finished("aaaaaaaa", 2, web, "deployed"));
  history.close();
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-history-"));
  path = join(directory, "state", "history.sqlite");
  failures = [];
});
afterEach(() => rmSync(directory, { recursive: true }));

describe("a file that is no history", () => {
  it.each([
    ["text", (whole: Buffer) => Buffer.from("this is not SQLite\n".repeat(whole.length > 0 ? 100 : 0))],
    ["cut off", (whole: Buffer) => whole.subarray(0, whole.length / 2)],
    ["overwritten in the middle", (whole: Buffer) => Buffer.from(whole).fill(0xee, 4096, 12_288)],
  ])("is moved aside, and a new one begun: %s", (_, damage) => {
    fill();
    writeFileSync(path, damage(readFileSync(path)));
    const damaged = readFileSync(path);
    const { history, warning } = open();
    expect(warning).toMatchObject({ code: "E_HISTORY", hint: expect.stringContaining(".corrupt-1970-01-01T00-00") });
    history.record(started("bbbbbbbb", 0, [web]));
    expect(history.lastRuns(9).map((run) => run.run)).toEqual(["bbbbbbbb"]);
    history.close();
    const aside = readdirSync(join(directory, "state")).find((name) => name.includes("corrupt"));
    expect(readFileSync(join(directory, "state", aside ?? ""))).toEqual(damaged);
    expect(open().warning).toBeNull();
  });

  it("is left alone where a newer flotilla wrote it", () => {
    fill();
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    expect(open).toThrow(expect.objectContaining({ code: "E_HISTORY", message: expect.stringContaining("schema 99") }));
  });

  it("is read row by row with care: what flotilla did not write is an error, not a surprise later", () => {
    fill();
    const database = new DatabaseSync(path);
    database.exec("UPDATE hosts SET outcome = 'great'");
    database.close();
    const { history } = open();
    expect(() => history.lastRuns(1)).toThrow(expect.objectContaining({ code: "E_HISTORY" }));
    history.close();
  });
});

describe("a file that cannot be written", () => {
  it("is not missed during a run: the history is in memory, and the operator knows", () => {
    writeFileSync(join(directory, "state"), "a file where the directory belongs");
    const { history, warning } = open();
    expect(warning).toMatchObject({ code: "E_HISTORY", message: expect.stringContaining("cannot be written") });
    history.record(started("bbbbbbbb", 0, [web]));
    expect(history.run("bbbbbbbb").hosts).toHaveLength(1);
    history.close();
    expect(failures).toEqual([]);
  });

  it.runIf(process.getuid?.() === 0)("is still known where it can be read", { timeout: 60_000 }, async () => {
    fill();
    chmodSync(join(directory, "state"), 0o555);
    chmodSync(path, 0o444);
    // Root without its powers: another user might not even get to our files.
    const powerless = ["--bounding-set=-all", "--inh-caps=-all"];
    const child = spawn("setpriv", [...powerless, process.execPath, childProgram, "read", path]);
    const output = await outputOf(child);
    expect(output).toContain("E_HISTORY");
    expect(output).toContain('"machineId":"0af7651916cd43dd8448eb211c80319c"');
    expect(output).toContain("bbbbbbbb");
  });

  it("reports the first event that is lost, once, and lets the run go on", () => {
    const { history } = open();
    const database = new DatabaseSync(path);
    database.exec("DROP TABLE phases; DROP TABLE hosts");
    database.close();
    history.record(started("bbbbbbbb", 0, [web]));
    history.record(finished("bbbbbbbb", 1, web, "deployed"));
    history.close();
    expect(failures).toEqual([expect.objectContaining({ code: "E_HISTORY" })]);
  });
});

describe("a process killed at any moment", () => {
  it("leaves a file that opens and holds every run it had said was recorded", { timeout: 60_000 }, async () => {
    const recorded = new Set<string>();
    for (let round = 0; round < 8; round++) {
      const child = spawn(process.execPath, [childProgram, "write", path, String(round)]);
      child.stdout.on("data", (chunk: Buffer) => {
        for (const line of chunk.toString().split("\n")) if (line.length === 8) recorded.add(line);
        if (recorded.size > round * 20 + 3 * round) child.kill("SIGKILL");
      });
      await new Promise((resolve) => child.on("close", resolve)); // each round another length into its writing
      const { history, warning } = open();
      expect(warning).toBeNull();
      const kept = new Set<string>(history.lastRuns(100_000).map((run) => run.run));
      expect([...recorded].filter((run) => !kept.has(run))).toEqual([]);
      history.close();
    }
    expect(recorded.size).toBeGreaterThan(100);
  });
});

it("keeps the directory to its owner", () => {
  fill();
  expect(statSync(join(directory, "state")).mode & 0o777).toBe(0o700);
});

const childProgram = fileURLToPath(new URL("./test-child.ts", import.meta.url));

async function outputOf(child: ReturnType<typeof spawn>): Promise<string> {
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((resolve) => child.on("close", resolve));
  return output;
}
