import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HostName } from "../domain/host-name.ts";
import type { History } from "./history.ts";
import { openHistory } from "./open-history.ts";
import { eventOf, finished, identified, moment, runFinished, started, systemOf } from "./test-events.ts";

const web = HostName.parse("web-01");
let directory: string;
let history: History;

const open = (): History => {
  const opened = openHistory({
    path: join(directory, "history.sqlite"),
    now: () => new Date(0),
    onFailure: (failure) => {
      throw failure;
    },
  });
  expect(opened.warning).toBeNull();
  return opened.history;
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-history-"));
  history = open();
});
afterEach(() => {
  history.close();
  rmSync(directory, { recursive: true });
});

/** A whole run of one host, and what came out. */
function play(run: string, at: number, outcome: string, more: object = {}): void {
  history.record(started(run, at, [web]));
  history.record(identified(run, at + 1, web));
  history.record(finished(run, at + 2, web, outcome, more));
  history.record(runFinished(run, at + 3));
}

describe("a run", () => {
  it("is remembered with everything that the events say of it, also by another process", () => {
    history.record(started("aaaaaaaa", 0, ["web-01", "db-01"]));
    history.record(eventOf("aaaaaaaa", 1, { type: "host-phase", host: web, phase: "copy", state: "started" }));
    history.record(eventOf("aaaaaaaa", 3.5, { type: "host-phase", host: web, phase: "copy", state: "finished" }));
    history.record(eventOf("aaaaaaaa", 4, { type: "host-phase", host: web, phase: "copy", state: "started" }));
    history.record(eventOf("aaaaaaaa", 5, { type: "host-phase", host: web, phase: "copy", state: "failed" }));
    history.record(identified("aaaaaaaa", 6, web));
    const reason = { code: "E_HEALTH", message: "no answer", log: ["a line"] };
    history.record(finished("aaaaaaaa", 7, web, "rolled-back", { reason }));
    history.record(eventOf("aaaaaaaa", 8, { type: "host-log", host: web, phase: "copy", line: "chatter" }));
    history.record(runFinished("aaaaaaaa", 9, 1));
    history.close();
    history = open();
    expect(history.run("aaaaaaaa")).toEqual({
      run: "aaaaaaaa",
      goal: "switch",
      flake: "git+file:///infra",
      revision: "4f1c9e2",
      operator: "ana@desk",
      started: moment(0),
      finished: moment(9),
      exitStatus: 1,
      hosts: [
        {
          host: "web-01",
          outcome: "rolled-back",
          reason: { code: "E_HEALTH", message: "no answer" },
          system: systemOf(2),
          previous: systemOf(1),
          version: "25.05.2",
          previousVersion: "25.05.1",
          seconds: 9.5,
          phases: { copy: 3.5 },
          login: {
            address: "10.0.0.1",
            port: 2222,
            user: "root",
            machineId: "0af7651916cd43dd8448eb211c80319c",
          },
          finished: moment(7),
        },
        expect.objectContaining({ host: "db-01", outcome: null, login: null, phases: {}, finished: null }),
      ],
    });
  });

  it("is found by a prefix that no other has", () => {
    play("abcdefgh", 0, "deployed");
    play("abzzzzzz", 9, "deployed");
    expect(history.run("abc").run).toBe("abcdefgh");
    expect(() => history.run("ab")).toThrow(
      expect.objectContaining({ code: "E_NO_SUCH_RUN", hint: "it may be abzzzzzz, abcdefgh" }),
    );
    expect(() => history.run("%")).toThrow(expect.objectContaining({ code: "E_NO_SUCH_RUN" }));
    expect(() => history.run("")).toThrow(expect.objectContaining({ code: "E_NO_SUCH_RUN" }));
  });

  it("keeps no password of its flake", () => {
    history.record(started("aaaaaaaa", 0, [web], { flake: "git+https://ana:s3cret@git.example.org/infra?token=t0p" }));
    expect(history.run("aaaaaaaa").flake).toBe("git+https://git.example.org/infra?token=…");
  });
});

describe("lastRuns", () => {
  it("gives the newest first, and for one host only its own", () => {
    play("aaaaaaaa", 0, "deployed");
    history.record(started("bbbbbbbb", 10, ["db-01"]));
    history.record(started("cccccccc", 20, ["db-01", "web-01"]));
    expect(history.lastRuns(2).map((run) => run.run)).toEqual(["cccccccc", "bbbbbbbb"]);
    const ofWeb = history.lastRuns(9, web);
    expect(ofWeb.map((run) => run.run)).toEqual(["cccccccc", "aaaaaaaa"]);
    expect(ofWeb.map((run) => run.hosts.map((host) => host.host))).toEqual([["web-01"], ["web-01"]]);
  });
});

describe("lastKnown", () => {
  it("is nothing of a host that was never reached", () => {
    history.record(started("aaaaaaaa", 0, [web]));
    expect(history.lastKnown(web)).toBeNull();
  });

  it("is the newest login, and the system that was last seen running", () => {
    play("aaaaaaaa", 0, "deployed");
    history.record(started("bbbbbbbb", 10, [web]));
    history.record(identified("bbbbbbbb", 11, web, { address: "10.0.0.2", port: null }));
    history.record(finished("bbbbbbbb", 12, web, "staged", { system: systemOf(3) }));
    expect(history.lastKnown(web)).toEqual({
      address: "10.0.0.2",
      port: null,
      user: "root",
      machineId: "0af7651916cd43dd8448eb211c80319c",
      system: systemOf(2),
    });
    play("cccccccc", 20, "rolled-back", { previous: systemOf(2), system: systemOf(4) });
    expect(history.lastKnown(web)).toMatchObject({ address: "10.0.0.1", system: systemOf(2) });
  });

  it("does not learn the identity of a machine that was refused", () => {
    play("aaaaaaaa", 0, "deployed");
    history.record(started("bbbbbbbb", 10, [web]));
    history.record(identified("bbbbbbbb", 11, web, { machineId: "another" }));
    history.record(finished("bbbbbbbb", 12, web, "refused"));
    expect(history.lastKnown(web)?.machineId).toBe("0af7651916cd43dd8448eb211c80319c");
  });
});

describe("unfinished", () => {
  it("names the hosts whose end nobody saw, until somebody learns it", () => {
    play("aaaaaaaa", 0, "deployed");
    play("bbbbbbbb", 10, "lost-contact");
    history.record(started("cccccccc", 20, ["db-01", "web-01"]));
    const left = () => history.unfinished().map(({ run, host, outcome }) => `${run} ${host} ${outcome}`);
    expect(left()).toEqual(["cccccccc db-01 null", "cccccccc web-01 null", "bbbbbbbb web-01 lost-contact"]);
    history.record(finished("bbbbbbbb", 99, web, "deployed"));
    expect(left()).toHaveLength(2);
  });
});

describe("two processes at once", () => {
  it("both write, and both see all of it", () => {
    const other = open();
    for (let index = 0; index < 20; index++) {
      const writer = index % 2 === 0 ? history : other;
      writer.record(started(`aaaaaa${String(index).padStart(2, "0")}`, index, [web]));
    }
    expect(other.lastRuns(99)).toHaveLength(20);
    expect(history.lastRuns(99)).toEqual(other.lastRuns(99));
    other.close();
  });

  it("one reads while the other writes", () => {
    play("aaaaaaaa", 0, "deployed");
    const writer = new DatabaseSync(join(directory, "history.sqlite"));
    writer.exec("BEGIN EXCLUSIVE");
    expect(history.lastKnown(web)?.address).toBe("10.0.0.1");
    writer.close();
  });
});
