import { expect, test } from "vitest";
import type { RunEvent } from "../domain/event.ts";
import { HostName } from "../domain/host-name.ts";
import type { Outcome } from "../domain/outcome.ts";
import { Outcome as Outcomes } from "../domain/outcome.ts";
import { finalReport } from "./final-report.ts";
import { after, fiveHosts, manyHosts } from "./fixtures/scripted-run.ts";
import { paintFor } from "./paint.ts";
import { foldRun } from "./picture.ts";
import { unicodeSymbols } from "./symbols.ts";

const style = { symbols: unicodeSymbols, paint: paintFor(false), columns: null };
const reportOf = (events: readonly RunEvent[]): string => finalReport(foldRun(events), style).join("\n");

function ended(
  name: string,
  outcome: Outcome,
  rest: Partial<Extract<RunEvent, { type: "host-finished" }>> = {},
): RunEvent {
  return after(1, {
    type: "host-finished",
    host: HostName.parse(name),
    outcome,
    previous: null,
    system: null,
    previousVersion: null,
    version: null,
    notes: [],
    seconds: 1,
    ...rest,
  });
}

test("a small fleet: every host, the failure with its cause and what to do, the sum", () => {
  expect(reportOf(fiveHosts())).toMatchInlineSnapshot(`
    "flotilla  run 7k2m9x4c · switch · flake git+file:///home/ana/infra @ 4f1c9e2 · 5 hosts

      web-01  ✔ deployed      9.8s   25.05.1 → 25.05.2   3 units restarted
      web-02  ✔ deployed     14.9s   25.05.1 → 25.05.2
      web-03  ✔ deployed     20.9s   25.05.1 → 25.05.2   2 units restarted, reboot needed: new kernel 6.12.8
      web-04  ↺ rolled-back  14.2s   E_CONFIRM_TIMEOUT
      db-01   – skipped      22.3s   the run was halted after web-04

    web-04  rolled-back  E_CONFIRM_TIMEOUT  during confirm
        sshd did not answer on 10.0.3.14:22 after activation; 25.05.1 is running again
        │ stopping the following units: sshd.service
        │ reloading the following units: firewall.service
        hint: services.openssh.openFirewall is off in the new system
        try:  flotilla attach 7k2m9x4c web-04   for the full log

    5 hosts in 22.5s: 3 deployed, 1 rolled-back, 1 skipped   run 7k2m9x4c"
  `);
});

test("hundreds of fine hosts are a number", () => {
  const report = reportOf(manyHosts(500));
  expect(report.split("\n").length).toBeLessThan(20);
  expect(report).not.toContain("node-001");
  expect(report).toContain("node-007  unreachable  E_UNREACHABLE");
});

test("hundreds of failures: the first in full, the rest by cause", () => {
  const reason = { code: "E_UNREACHABLE", message: "no route", log: [] };
  const events = Array.from({ length: 300 }, (_, index) => ended(`node-${index}`, "unreachable", { reason }));
  const report = reportOf(events);
  expect(report.split("\n").length).toBeLessThan(60);
  expect(report).toContain("290 hosts  unreachable  E_UNREACHABLE  node-10, node-11");
});

test("where not all failures can be told, those that touched a running system are", () => {
  const reason = { code: "E_UNREACHABLE", message: "no route", log: [] };
  const unreachable = Array.from({ length: 30 }, (_, index) => ended(`node-${index}`, "unreachable", { reason }));
  const lost = ended("db-01", "lost-contact", { reason: { ...reason, code: "E_CONNECTION_LOST" } });
  expect(reportOf([...unreachable, lost])).toContain("try:  flotilla status --on db-01   for how the guard decided");
});

test.each(Outcomes.options)("the outcome %s is named in the table and in the sum", (outcome) => {
  const report = reportOf([ended("web-01", outcome)]);
  expect(report).toMatch(new RegExp(`web-01 .*${outcome}`));
  expect(report).toContain(`1 host: 1 ${outcome}`);
});

test("a host whose end was never told is not passed over", () => {
  const report = reportOf(fiveHosts().slice(0, 30));
  expect(report).toContain("no outcome was recorded");
  expect(report).toContain("5 hosts: 5 without an outcome");
});

test("without a log of the reason, the last lines that were heard stand in", () => {
  const host = HostName.parse("web-01");
  const reason = { code: "E_ACTIVATION", message: "activation failed", step: "activate" as const, log: [] };
  const events = [
    after(0, { type: "host-log", host, phase: "activate", line: "mkdir: \u001b[31mno space left\u001b[0m" }),
    ended("web-01", "failed", { reason }),
  ];
  expect(reportOf(events)).toContain("    │ mkdir: no space left");
});

test("many remarks, such as what dry-activate found, are listed below the table", () => {
  const notes = ["would stop a.service", "would start b.service", "would restart c.service", "would reload d.service"];
  expect(reportOf([ended("web-01", "pushed", { notes })])).toMatchInlineSnapshot(`
    "flotilla  run 7k2m9x4c

      web-01  ✔ pushed        1.0s   4 remarks, below

    web-01
        would stop a.service
        would start b.service
        would restart c.service
        would reload d.service

    1 host: 1 pushed   run 7k2m9x4c"
  `);
});

test("a key that cannot be had has nothing to do with the host, nor with what was printed there before", () => {
  const host = HostName.parse("web-01");
  const report = reportOf([
    after(0, {
      type: "run-started",
      goal: "switch",
      flake: "/home/ana/fleet/hive.nix",
      revision: null,
      operator: "ana@pc",
      hosts: [host],
    }),
    after(1, { type: "host-log", host, phase: "activate", line: "setting up /etc..." }),
    ended("web-01", "failed", {
      reason: { code: "E_KEY", message: "the new system runs, but there is no user app", step: "keys", log: [] },
    }),
  ]);
  expect(report).toMatchInlineSnapshot(`
    "flotilla  run 7k2m9x4c · switch · /home/ana/fleet/hive.nix · 1 host

      web-01  ✘ failed        1.0s   E_KEY

    web-01  failed  E_KEY  during keys
        the new system runs, but there is no user app

    1 host: 1 failed   run 7k2m9x4c"
  `);
});
