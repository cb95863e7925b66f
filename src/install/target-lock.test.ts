// The lock on this machine, under each shell that a target's sh may be.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HostName } from "../domain/host-name.ts";
import { RunId } from "../domain/run-id.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import { localConnection } from "../ssh/local-connection.ts";
import { thisMachine } from "../ssh/target.ts";
import { lifeline, type Lifeline } from "./lifeline.ts";
import { lockTarget, type TargetLock } from "./target-lock.ts";

const { signal } = new AbortController();
const shells = ["dash", "bash", "busybox"].filter((shell) => spawnSync(shell, ["--help"]).error === undefined);
const [ours, theirs] = [RunId.parse("aaaaaaaa"), RunId.parse("bbbbbbbb")];

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-lock-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.each(shells)("the lock under %s", (shell) => {
  const place = (): string => join(directory, `lock-${shell}`);
  const line = (): Lifeline => {
    const bin = join(directory, shell);
    mkdirSync(bin, { recursive: true });
    const path = (process.env["PATH"] ?? "").split(":").find((entry) => existsSync(join(entry, shell))) ?? "";
    if (!existsSync(join(bin, "sh"))) symlinkSync(join(path, shell), join(bin, "sh"));
    const environment = { ...process.env, PATH: `${bin}:${process.env["PATH"]}` };
    const target = { host: HostName.parse("web-01"), address: thisMachine, port: null, user: null, options: [] };
    const connection = localConnection(spawnRunner({ environment }), { ...target, hostKey: null, elevation: [] });
    return lifeline(connection, async () => connection, { now: () => new Date(), sleep: async () => {} });
  };
  /** Time passes only where a test has something happen in it; a lock that is held is not renewed by itself. */
  const take = (run: RunId, onLook: () => void = () => {}): Promise<TargetLock> =>
    lockTarget(
      line(),
      {
        run,
        operator: run === ours ? "ana@laptop" : "bo@desk",
        directory: place(),
        clock: {
          now: () => new Date(),
          sleep: (milliseconds, until) =>
            milliseconds === 10_000
              ? new Promise((_, reject) => until?.addEventListener("abort", () => reject(new Error("stopped"))))
              : Promise.resolve(onLook()),
        },
      },
      signal,
    );
  const renewed = (): readonly string[] => readFileSync(join(place(), "lock-renewed"), "utf8").trim().split(" ");
  const renewedAgo = (seconds: number, session = renewed().slice(1).join(" ")): void => {
    const now = Number(readFileSync("/proc/uptime", "utf8").split(".")[0]);
    writeFileSync(join(place(), "lock-renewed"), `${now - seconds} ${session}\n`);
  };

  it("is had by one at a time, also by a run that comes back, and given free", async () => {
    await take(ours);
    const again = await take(ours);
    let looks = 0;
    const refused = take(theirs, () => renewedAgo(looks++ % 2));
    await expect(refused).rejects.toMatchObject({ code: "E_LOCKED" });
    await expect(refused).rejects.toThrow(/ana@laptop installs this machine, since 20\d\d-.*\(run aaaaaaaa\)/u);
    await again.release();
    await (await take(theirs)).release();
    expect(existsSync(join(place(), "lock"))).toBe(false);
  });

  it("passes on from a holder that is not heard from", async () => {
    await take(ours);
    const next = await take(theirs, () => renewedAgo(46));
    // What is not its own it does not give free.
    await (await take(theirs)).release();
    expect(existsSync(join(place(), "lock"))).toBe(false);
    await next.release();
  });

  it("passes on at once from a holder whose login has ended", async () => {
    await take(ours);
    renewedAgo(0, "999999999 12345");
    await (await take(theirs, () => expect.fail("it waited"))).release();
  });
});
