// With real little programs: what a runner promises shows only on real processes.
import { spawn } from "node:child_process";
import { getEventListeners } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Command, ProcessResult } from "./runner.ts";
import { spawnRunner } from "./spawn-runner.ts";

const runner = spawnRunner();
const directory = mkdtempSync(join(tmpdir(), "runner-test-"));
afterAll(() => rmSync(directory, { recursive: true }));

const sh = (script: string, more: Partial<Command> = {}): Command => ({
  file: "sh",
  args: ["-c", script],
  deadline: 20_000,
  ...more,
});

describe("run", () => {
  it("gives exit status, stdout and stderr", async () => {
    const result = await runner.run(sh("echo out; echo err >&2; exit 3"));
    expect(result).toEqual({ exitCode: 3, stdout: "out\n", stderr: "err", timedOut: false, aborted: false });
  });

  it("gives stdin and closes it", async () => {
    const stdin = Buffer.alloc(3_000_000, "é");
    expect((await runner.run(sh("cat", { stdin }))).stdout).toBe(stdin.toString());
  });

  it("gives the parts of stdin one after the other", async () => {
    const stdin = ["é", Buffer.alloc(1_000_000, "x"), "", "end"];
    expect((await runner.run(sh("cat", { stdin }))).stdout).toBe(`é${"x".repeat(1_000_000)}end`);
  });

  it("asks a stream only for what the program takes, and for all of it", async () => {
    let pieces = 0;
    const warnings: Error[] = [];
    const hear = (warning: Error): void => void warnings.push(warning);
    process.on("warning", hear);
    const stream = async function* (): AsyncGenerator<Uint8Array> {
      for (; pieces < 40; pieces += 1) yield Buffer.alloc(100_000, "x");
    };
    const { exitCode, stdout } = await runner.run(sh("wc -c", { stdin: ["é", stream(), "end"] }));
    expect({ exitCode, bytes: Number(stdout) }).toEqual({ exitCode: 0, bytes: 4_000_005 });
    // Waiting for the program leaves nothing behind: Node would warn of it.
    expect(warnings).toEqual([]);
    process.off("warning", hear);
    pieces = 0;
    expect((await runner.run(sh("exit 7", { stdin: [stream()] }))).exitCode).toBe(7);
    expect(pieces).toBeLessThan(40);
  });

  it("does not let half of a stream pass for all of it", async () => {
    const stream = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      throw new Error("the disk is gone");
    };
    await expect(runner.run(sh("cat", { stdin: [stream()] }))).rejects.toThrow("the disk is gone");
  });

  it("leaves stdin empty where none is given", async () => {
    expect((await runner.run(sh("cat; echo end"))).stdout).toBe("end\n");
  });

  it("takes a program that does not read its stdin as it is", async () => {
    expect((await runner.run(sh("exit 7", { stdin: "x".repeat(1_000_000) }))).exitCode).toBe(7);
  });

  it("adds to the environment, and takes out of it", async () => {
    const own = spawnRunner({ environment: { PATH: process.env["PATH"], KEPT: "1", GONE: "1" } });
    const { stdout } = await own.run(sh("echo $KEPT-${GONE-unset}-$ADDED", { env: { ADDED: "2", GONE: undefined } }));
    expect(stdout).toBe("1-unset-2\n");
  });

  it("keeps the last 200 lines of stderr, and hands all of them on", async () => {
    const lines: string[] = [];
    const { stderr } = await runner.run(sh("i=0; while [ $i -lt 300 ]; do echo $i >&2; i=$((i+1)); done"), {
      onStderrLine: (line) => lines.push(line),
    });
    expect(lines).toHaveLength(300);
    expect(stderr.split("\n")).toHaveLength(200);
    expect(stderr).toMatch(/^100\n[\s\S]*\n299$/);
  });

  it("keeps no stdout that went out by lines, and flushes the last", async () => {
    const lines: string[] = [];
    const { stdout } = await runner.run(sh("printf 'a\\nb\\nlast'"), { onStdoutLine: (line) => lines.push(line) });
    expect(lines).toEqual(["a", "b", "last"]);
    expect(stdout).toBe("");
  });

  it("hands on stdout as the bytes that it is, and keeps none of it", async () => {
    const chunks: Uint8Array[] = [];
    const script = String.raw`printf 'a\0\377\n'`;
    const { stdout } = await runner.run(sh(script), { onStdoutBytes: (chunk) => chunks.push(chunk) });
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([97, 0, 255, 10]));
    expect(stdout).toBe("");
  });

  it("ends the whole group at the deadline", async () => {
    const file = join(directory, "grandchild");
    const result = await runner.run(sh(`sh -c 'echo $$ > ${file}; exec sleep 60' & wait`, { deadline: 500 }));
    expect(result).toMatchObject({ exitCode: null, timedOut: true, aborted: false });
    await ended(Number(readFileSync(file, "utf8")));
  });

  it("lets a program end in its own way first, and kills what does not", async () => {
    const polite = await runner.run(sh("trap 'echo bye; exit 9' TERM; sleep 60 & wait", { deadline: 300 }));
    expect(polite).toMatchObject({ exitCode: 9, stdout: "bye\n", timedOut: true });
    const deaf = await runner.run(sh("trap '' TERM; echo up; while :; do sleep 1; done", { deadline: 300 }));
    expect(deaf).toMatchObject({ exitCode: null, stdout: "up\n", timedOut: true });
  }, 20_000);

  it("ends it when the signal aborts, and starts nothing after", async () => {
    const controller = new AbortController();
    const file = join(directory, "after-abort");
    const running = runner.run(sh("echo up; sleep 60"), {
      signal: controller.signal,
      onStdoutLine: () => controller.abort(),
    });
    expect(await running).toMatchObject({ exitCode: null, aborted: true, timedOut: false });
    const late = await runner.run(sh(`echo > ${file}`), { signal: controller.signal });
    expect(late.aborted).toBe(true);
    expect(() => readFileSync(file)).toThrow("ENOENT");
  });

  it("does not wait for a daemon that keeps the pipes open", async () => {
    const result = await runner.run(sh("echo done; setsid sleep 30 & echo $! >&2"));
    process.kill(Number(result.stderr));
    expect(result).toMatchObject({ exitCode: 0, stdout: "done\n", timedOut: false });
  });

  it("reads what a background process writes just after, also when it was too busy to read at once", async () => {
    const running = runner.run(sh("(sleep 0.3; echo late) & echo now"));
    await new Promise((resolve) => setTimeout(resolve, 150));
    // From here the timers come before the next look at the pipes.
    await new Promise((resolve) => setImmediate(resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    expect((await running).stdout).toBe("now\nlate\n");
  });

  it("lets two programs that end one another both be told", async () => {
    const file = join(directory, "pid");
    const victim = runner.run(sh(`echo $$ > ${file}.new; mv ${file}.new ${file}; exec sleep 60`));
    const killer = runner.run(
      sh(`until [ -e ${file} ]; do sleep 0.05; done; kill -KILL $(cat ${file}); kill -KILL $$`),
    );
    const results = await Promise.all([victim, killer]);
    expect(results.map((result) => [result.exitCode, result.timedOut])).toEqual([
      [null, false],
      [null, false],
    ]);
  });

  it.each([
    ["nix-that-is-not-there", "E_NIX_MISSING"],
    ["ssh-that-is-not-there", "E_SSH_MISSING"],
    ["something-that-is-not-there", "E_COMMAND"],
  ])("rejects %s with %s", async (file, code) => {
    await expect(runner.run({ file, args: [], deadline: 1_000 })).rejects.toMatchObject({ code });
  });

  it("names the directory when that is what is missing", async () => {
    const running = runner.run(sh(":", { file: "nix", cwd: "/nowhere" }));
    await expect(running).rejects.toMatchObject({
      code: "E_COMMAND",
      message: "the directory /nowhere does not exist",
    });
  });

  it.each([["a\0b"], ["x".repeat(200_000)]])("rejects arguments that no program can be given", async (argument) => {
    await expect(runner.run({ file: "true", args: [argument], deadline: 1_000 })).rejects.toBeInstanceOf(FlotillaError);
  });

  it("leaves no listener behind, nor more than one while 500 run", async () => {
    const { signal } = new AbortController();
    const warnings: Error[] = [];
    const warn = (warning: Error): number => warnings.push(warning);
    process.on("warning", warn);
    const before = new Set(process.listeners("exit"));
    const added = (): number => process.listeners("exit").filter((listener) => !before.has(listener)).length;
    const own = spawnRunner();
    const most: number[] = [];
    const results: ProcessResult[] = [];
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        for (let i = 0; i < 50; i += 1) {
          const running = own.run({ file: "true", args: [], deadline: 20_000 }, { signal });
          most.push(added());
          results.push(await running);
        }
      }),
    );
    process.off("warning", warn);
    expect(results.every((result) => result.exitCode === 0)).toBe(true);
    expect(Math.max(...most)).toBe(1);
    expect(added()).toBe(0);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect(warnings).toEqual([]);
  }, 60_000);
});

describe("start", () => {
  it("talks with a program until its stdin ends", async () => {
    const { promise: echoed, resolve } = Promise.withResolvers<string>();
    const program = runner.start(
      { file: "cat", args: [], stdin: "first\n", deadline: 20_000 },
      { onStdoutLine: (line) => (line === "second" ? resolve(line) : undefined) },
    );
    await program.write("second\n");
    await echoed;
    program.end();
    expect((await program.finished).exitCode).toBe(0);
  });

  it("rejects what is written to a program that is gone", async () => {
    const program = runner.start({ file: "true", args: [], deadline: 20_000 });
    await program.finished;
    await expect(program.write("x")).rejects.toThrow("closed its stdin");
    program.end();
    program.kill();
  });

  it("rejects by `finished` alone when the program does not exist", async () => {
    const program = runner.start({ file: "ssh-that-is-not-there", args: [], deadline: 20_000, stdin: "x" });
    await expect(program.finished).rejects.toMatchObject({ code: "E_SSH_MISSING" });
  });
});

describe("children of a program that ends", () => {
  const module = join(import.meta.dirname, "spawn-runner.ts");
  const ends = {
    "by process.exit": "process.exit(0)",
    "by SIGTERM": "process.kill(process.pid, 'SIGTERM')",
    "by SIGINT": "process.kill(process.pid, 'SIGINT')",
    "by an exception": "throw new Error('bug')",
  };
  it.each(Object.entries(ends))("end with it: %s", async (_, statement) => {
    const program = `
      import { spawnRunner } from ${JSON.stringify(module)};
      const script = "sleep 60 & echo $!; wait";
      spawnRunner().start({ file: "sh", args: ["-c", script], deadline: 60000 }, {
        onStdoutLine: (pid) => process.stdout.write(pid, () => setTimeout(() => { ${statement} }, 10)),
      });`;
    const node = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let pid = "";
    node.stdout.on("data", (chunk: Buffer) => (pid += chunk.toString()));
    await new Promise((resolve) => node.on("close", resolve));
    expect(pid).toMatch(/^\d+$/);
    await ended(Number(pid));
  });
});

describe("interactive", () => {
  it.each([
    ["exit 5", 5],
    ["kill -TERM $$", 143],
  ])("gives the exit status of %j", async (script, status) => {
    expect(await runner.interactive({ file: "sh", args: ["-c", script] })).toBe(status);
  });

  it("rejects a program that does not exist", async () => {
    await expect(runner.interactive({ file: "ssh-that-is-not-there", args: [] })).rejects.toMatchObject({
      code: "E_SSH_MISSING",
    });
  });
});

/** Waits until it is gone, or a zombie that only its new parent can bury; the test's own timeout is the limit. */
async function ended(pid: number): Promise<void> {
  for (;;) {
    try {
      if (/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) return;
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
