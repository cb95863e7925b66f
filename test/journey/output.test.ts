// What comes out, and where: results on stdout, the view on stderr, a live view on a terminal, exit statuses, and no secret anywhere.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { FakeScreen } from "../../src/terminal/fixtures/fake-screen.ts";
import { waitUntil } from "../bed/wait-until.ts";
import { eventsOf, phaseBegins, Scene, until } from "../fault/scene.ts";
import { endsOf, Operator } from "./operator.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.create();
  await scene.hosts(Object.fromEntries(["drawn", "halted", "quiet", "secret"].map((name) => [name, {}])));
});
afterAll(() => scene?.destroy());

const away = (): string => `targetHost = "${scene.bed.address(252)}"; sshOptions = [ "-o" "ConnectTimeout=1" ];`;

test.concurrent("every line of --json is an event of the published schema, and nothing else comes out", async () => {
  const ana = await Operator.withFleet(scene.bed, "json", { away: { deployment: away() }, quiet: {} });
  const { events, stdout, stderr } = await ana.flotilla(["deploy", "--json"]);
  expect(stderr).toBe("");
  const text = await readFile(join(import.meta.dirname, "../../docs/events.schema.json"), "utf8");
  const published = z.fromJSONSchema(JSON.parse(text));
  for (const line of stdout.split("\n")) expect(published.safeParse(JSON.parse(line)).success).toBe(true);
  expect(published.safeParse({ schema: 1, type: "run-finished" }).success).toBe(false);
  expect(events.at(0)?.type).toBe("run-started");
  expect(events.at(-1)).toMatchObject({
    type: "run-finished",
    exitStatus: 1,
    outcomes: { unchanged: 1, unreachable: 1 },
  });
});

test.concurrent("stdout has the result, stderr the view; neither has colours in a pipe", async () => {
  const ana = await Operator.withFleet(scene.bed, "streams", { quiet: {} });
  const { exitCode, stdout, stderr } = await ana.shell("flotilla deploy");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^flotilla +run .*\n\n +quiet +✔ unchanged .*\n\n1 host in .*1 unchanged/);
  expect(stderr).toMatch(/^quiet +0s +evaluate +started$/m);
  expect(`${stdout}${stderr}`).not.toContain("\u001b");
  const table = await ana.shell("flotilla status 2>/dev/null | cat");
  expect(table.stdout).toMatch(/^HOST +STATE/);
  expect(table.stdout).not.toContain("\u001b");
});

test.concurrent("a reader that goes away changes neither the run nor its exit status", async () => {
  const ana = await Operator.withFleet(scene.bed, "pipes", { away: { deployment: away() }, quiet: {} });
  const through = async (command: string): Promise<unknown> => {
    const { stdout, stderr } = await ana.shell(`${command} | head -1; echo "\${PIPESTATUS[0]}"`);
    return { status: stdout.split("\n").at(-1), stderr };
  };
  expect(await through("flotilla deploy --on quiet --json")).toEqual({ status: "0", stderr: "" });
  expect(await through("flotilla deploy --json")).toEqual({ status: "1", stderr: "" });
  expect(await through("flotilla deploy --on away 2>/dev/null")).toEqual({ status: "4", stderr: "" });
  for (const words of ["hosts", "status --on quiet", "history", "history --json", "deploy --help", "doctor"]) {
    expect({ words, ...Object(await through(`flotilla ${words}`)) }).toEqual({ words, status: "0", stderr: "" });
  }
  const closed = await ana.shell("flotilla deploy --on quiet >&- 2>&-");
  expect(closed.exitCode).toBe(0);
});

/** Runs flotilla in a terminal of 80 columns and 24 rows; `ended` is its exit status. */
async function onTerminal(
  ana: Operator,
  words: string,
  env = {},
): Promise<{ bytes: string; lines: string[]; ended: number | null }> {
  const command = `stty cols 80 rows 24; flotilla ${words}`;
  const { exitCode, stdout } = await ana.shell(`script -qec '${command}' /dev/null`, {
    env: { TERM: "xterm", CI: "", ...env },
  });
  const screen = new FakeScreen(80, 24);
  screen.write(stdout);
  expect(screen.cursorVisible).toBe(true);
  return { bytes: stdout, lines: screen.lines(), ended: exitCode };
}

test.concurrent("on a terminal the view draws itself, and leaves the report behind", async () => {
  const ana = await Operator.withFleet(scene.bed, "drawn", {
    drawn: { system: 'label = "2"; activation = "sleep 2";' },
  });
  const { bytes, ended, lines } = await onTerminal(ana, "deploy");
  expect(ended).toBe(0);
  // While it ran: the host's line in several of its phases, drawn over itself.
  expect(bytes).toMatch(/drawn.*● activate/);
  expect(bytes.split("\u001b[?2026h").length).toBeGreaterThan(4);
  expect(bytes).toContain("\u001b[32m");
  // Afterwards: the report once, and nothing left of the frames.
  expect(lines.filter((line) => line.startsWith("flotilla  run"))).toHaveLength(1);
  expect(lines.filter((line) => line.includes("drawn"))).toEqual([
    expect.stringMatching(/^ {2}drawn +✔ deployed .*1 → 2/),
  ]);
  expect(lines.join("\n")).not.toContain("●");
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);

  const plain = await onTerminal(ana, "deploy", { NO_COLOR: "1" });
  expect(plain.bytes).not.toContain("\u001b[3");
  expect(plain.lines.join("\n")).toMatch(/drawn +✔ unchanged/);
  const lineByLine = await onTerminal(ana, "deploy --plain");
  expect(lineByLine.bytes).not.toContain("\u001b");
  expect(lineByLine.lines.join("\n")).toMatch(/^drawn +0s +evaluate +started$/m);
});

test.concurrent("Ctrl-C once finishes what is under way, starts nothing new, and ends with 130", async () => {
  const ana = await Operator.withFleet(scene.bed, "halted", {
    halted: { system: 'label = "2"; activation = "sleep 3";' },
    quiet: { system: 'label = "2";', deployment: 'dependsOn = [ "halted" ];' },
  });
  const running = await ana.start(["flotilla", "deploy", "--json"]);
  await until(running, "the activation", phaseBegins("halted", "activate"));
  running.child.kill("SIGINT");
  const ended = await running.finished;
  expect(endsOf({ ...ended, events: eventsOf(ended.stdout) })).toEqual({
    halted: "deployed",
    quiet: expect.stringMatching(/^skipped /),
    exit: 130,
  });
});

test.concurrent("what is wrong with a command line is said in one line, with status 2", async () => {
  const ana = await Operator.withFleet(scene.bed, "usage", { quiet: {} });
  for (const [words, help] of [
    ["deploi", "did you mean `deploy`?"],
    ["deploy swich", "did you mean the goal switch?"],
    ["deploy --parallel many", "--parallel"],
    ["deploy --paralell 2", "--parallel"],
    ["deploy --target-host 'a b'", "--target-host"],
    ["deploy --option cores", "--option"],
    ["rollback --to x", "--to"],
    ["history --limit -1", "--limit"],
    ["generations", "HOST"],
    ["completions tcsh", "bash"],
    ["ssh", "HOST"],
    ["attach nonsense", "RUN"],
  ] as const) {
    const { exitCode, stdout, stderr } = await ana.shell(`flotilla ${words}`);
    expect({ words, exitCode, stdout }).toEqual({ words, exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/^error\[E_(?:USAGE|SELECTION)\] /);
    expect(stderr).toContain(help);
    expect(stderr).not.toContain("    at ");
  }
});

/** All text of all files below a directory. */
async function everything(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, "latin1")))).join("\n");
}

test.concurrent("secrets of the configuration and of URLs are neither told nor kept", async () => {
  const ana = await Operator.withFleet(scene.bed, "secret", {
    secret: { system: 'label = "2"; activation = "sleep 2";', deployment: 'keys.tls = { text = "M4RKER-key"; };' },
  });
  await ana.commit();
  // A git server that asks nobody for the password it is given.
  await ana.shell("git clone -q --bare fleet ../served.git && git -C ../served.git update-server-info", {
    cwd: ana.home,
  });
  const server = await ana.start([
    "python3",
    "-u",
    "-m",
    "http.server",
    "0",
    "--bind",
    "127.0.0.1",
    "--directory",
    join(ana.home, ".."),
  ]);
  const port = await waitUntil("the server", async () => /port (\d+)/.exec(server.stdout())?.[1] ?? null, {
    deadline: 30_000,
  });
  const url = `git+http://ana:M4RKER-url@127.0.0.1:${port}/served.git`;

  const watch = `while sleep 0.1; do for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done; done 2>/dev/null | grep --line-buffered M4RKER-key`;
  const watching = await ana.start(["sh", "-c", watch]);
  const local = await ana.flotilla(["deploy", "--json", "--verbose"]);
  expect(endsOf(local)).toEqual({ secret: "deployed", exit: 0 });
  watching.child.kill("SIGKILL");
  // Those that look for the word have it in their own command lines.
  const seen = watching
    .stdout()
    .split("\n")
    .filter((line) => line !== "" && !/grep|\/proc\//.test(line));
  expect(seen).toEqual([]);

  const remote = await ana.shell(
    `flotilla deploy --json --flake '${url}'; flotilla deploy --flake '${url}' --verbose; flotilla status --flake '${url}'`,
  );
  expect(remote.exitCode).toBe(0);
  const wrong = await ana.shell(`flotilla deploy --flake '${url}x'`);
  expect(wrong.exitCode).not.toBe(0);
  server.child.kill("SIGKILL");

  const told = [local, remote, wrong].map(({ stdout, stderr }) => stdout + stderr).join("\n");
  expect(told).toContain("served.git");
  expect(told).not.toContain("M4RKER");
  for (const kept of [".local/state", ".cache/flotilla"]) {
    expect(await everything(join(ana.home, kept))).not.toContain("M4RKER");
  }
});
