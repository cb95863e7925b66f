// Jobs on this machine, under each shell that an installer's sh may be: what they leave, who may join them, what a cut does.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import type { Connection } from "../ssh/connection.ts";
import { localConnection } from "../ssh/local-connection.ts";
import { thisMachine } from "../ssh/target.ts";
import { lifeline, type Lifeline } from "./lifeline.ts";
import { type RemoteJob, runRemoteJob } from "./remote-job.ts";

const { signal } = new AbortController();
const shells = ["dash", "bash", "busybox"].filter((shell) => spawnSync(shell, ["--help"]).error === undefined);

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-job-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A connection whose every `sh` is this shell. */
function connectionUnder(shell: string): Connection {
  const bin = join(directory, shell);
  mkdirSync(bin, { recursive: true });
  const path = (process.env["PATH"] ?? "").split(":").find((entry) => existsSync(join(entry, shell))) ?? "";
  if (!existsSync(join(bin, "sh"))) symlinkSync(join(path, shell), join(bin, "sh"));
  const environment = { ...process.env, PATH: `${bin}:${process.env["PATH"]}` };
  const target = { host: HostName.parse("web-01"), address: thisMachine, port: null, user: null, options: [] };
  return localConnection(spawnRunner({ environment }), { ...target, hostKey: null, elevation: [] });
}

const clock = { now: () => new Date(), sleep: async () => {} };
const alive = (connection: Connection): Lifeline => lifeline(connection, async () => connection, clock);

/** Breaks once a line has come, as often as asked; what runs on the machine goes on. */
function breaking(connection: Connection, times: number): Connection {
  let left = times;
  const broken: Connection = {
    ...connection,
    withElevation: () => broken,
    run: async (command, options = {}) => {
      if (!command.words.includes("follow") || left === 0) return connection.run(command, options);
      left -= 1;
      const cut = new AbortController();
      await connection
        .run(command, {
          ...options,
          signal: cut.signal,
          onStdoutLine: (line) => {
            if (!cut.signal.aborted) options.onStdoutLine?.(line);
            cut.abort();
          },
        })
        .catch(() => null);
      throw new FlotillaError("E_CONNECTION_LOST", "cut");
    },
  };
  return broken;
}

describe.each(shells)("a job under %s", (shell) => {
  const job = (name: RemoteJob["name"], script: string, token = "run-1"): RemoteJob => ({
    name,
    script,
    token,
    directory: join(directory, `jobs-${shell}`),
  });
  const play = async (line: Lifeline, one: RemoteJob) => {
    const lines: string[] = [];
    return { lines, ...(await runRemoteJob(line, one, { signal, onLine: (text) => lines.push(text) })) };
  };

  it("gives every line once and the exit status, also of a last line without an end", async () => {
    const script = "echo one; echo 'end 0'; printf '%s\\n' 'a  b\\c' >&2; printf last; exit 7";
    const end = await play(alive(connectionUnder(shell)), job("disks", script));
    expect(end).toMatchObject({ status: 7, joined: null, lines: ["one", "end 0", "a  b\\c", "last"] });
  });

  it("has no stdin and sees nothing of who started it", async () => {
    const end = await play(alive(connectionUnder(shell)), job("mount", "cat; echo done"));
    expect(end.lines).toEqual(["done"]);
  });

  it("is started once and followed on where the connection breaks", async () => {
    const file = join(directory, `count-${shell}`);
    const gate = join(directory, `gate-${shell}`);
    const script = `echo x >>${file}; for n in 1 2 3 4 5 6; do echo "line $n"; done; while [ ! -e ${gate} ]; do sleep 0.05; done; echo over`;
    const connection = breaking(connectionUnder(shell), 3);
    let opened = 0;
    const line = lifeline(
      connection,
      async () => {
        opened += 1;
        if (opened === 3) writeFileSync(gate, "");
        return connection;
      },
      clock,
    );
    const end = await play(line, job("install", script));
    expect(end.lines).toEqual([...[1, 2, 3, 4, 5, 6].map((n) => `line ${n}`), "over"]);
    expect(opened).toBe(3);
    expect(readFileSync(file, "utf8")).toBe("x\n");
  });

  it("is joined by another run with the same work, refused to one with other work, and done anew after its end", async () => {
    const gate = join(directory, `joined-${shell}`);
    const line = alive(connectionUnder(shell));
    const script = `echo begun; while [ ! -e ${gate} ]; do sleep 0.05; done; echo over`;
    const begun = Promise.withResolvers<void>();
    const first = runRemoteJob(line, job("unmount", script), { signal, onLine: () => begun.resolve() });
    await begun.promise;
    await expect(play(line, job("unmount", "echo other", "run-2"))).rejects.toMatchObject({ code: "E_LOCKED" });
    // Only one that follows it already has surely joined it.
    const lines: string[] = [];
    const follows = Promise.withResolvers<void>();
    const onLine = (text: string): void => {
      lines.push(text);
      follows.resolve();
    };
    const second = runRemoteJob(line, job("unmount", script, "run-2"), { signal, onLine });
    await follows.promise;
    writeFileSync(gate, "");
    expect(await second).toMatchObject({ status: 0, joined: "run-1" });
    expect(lines).toEqual(["begun", "over"]);
    expect((await first).joined).toBeNull();
    expect(await play(line, job("unmount", script, "run-3"))).toMatchObject({ joined: null, lines: ["begun", "over"] });
  });

  it("is done as often as one run asks for it", async () => {
    const file = join(directory, `often-${shell}`);
    const line = alive(connectionUnder(shell));
    for (const _ of [1, 2]) {
      expect(await play(line, job("mount", `echo x >>${file}`))).toMatchObject({ status: 0, joined: null });
    }
    expect(readFileSync(file, "utf8")).toBe("x\nx\n");
  });

  it("tells its end also after another has been started in its place", async () => {
    const place = join(directory, `jobs-${shell}`);
    const plain = connectionUnder(shell);
    const late: Connection = {
      ...plain,
      withElevation: () => late,
      run: async (command, options) => {
        if (command.words.includes("follow")) {
          await vi.waitUntil(() => existsSync(join(place, "hardware/status")), { timeout: 30_000 });
          await play(alive(plain), job("hardware", "echo other", "run-6"));
        }
        return plain.run(command, options);
      },
    };
    const end = await play(alive(late), job("hardware", "echo one; exit 5", "run-5"));
    expect(end).toMatchObject({ status: 5, lines: ["one"] });
  });

  it("says that it is gone where a restart has taken it away", async () => {
    const connection = connectionUnder(shell);
    const restarted: Connection = {
      ...connection,
      withElevation: () => restarted,
      run: async (command, options) => {
        if (command.words.includes("follow")) rmSync(join(directory, `jobs-${shell}`), { recursive: true });
        return connection.run(command, options);
      },
    };
    await expect(play(alive(restarted), job("disks", "sleep 1", "run-4"))).rejects.toMatchObject({
      code: "E_CONNECTION_LOST",
    });
  });
});
