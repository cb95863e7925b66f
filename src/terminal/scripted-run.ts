// Event streams for the tests and pictures of the views: a deploy of five hosts, and one of hundreds.
import type { EventBody } from "../domain/event.ts";
import { HostName } from "../domain/host-name.ts";
import { RunId } from "../domain/run-id.ts";
import type { SeenEvent } from "./seen-event.ts";

const start = Date.UTC(2026, 10, 20, 14, 2, 0);
const run = RunId.parse("7k2m9x4c");

/** Milliseconds since 1970, so many seconds into a scripted run. */
export const secondsIn = (seconds: number): number => start + seconds * 1000;

/** Something that happened so many seconds into a scripted run. */
export function after(seconds: number, body: EventBody): SeenEvent {
  return { ...body, run, at: new Date(secondsIn(seconds)).toISOString() };
}

const mebibytes = (count: number): number => count * 1024 * 1024;

function ended(host: HostName, rest: Partial<Extract<EventBody, { type: "host-finished" }>>): EventBody {
  return {
    type: "host-finished",
    host,
    outcome: "deployed",
    previous: null,
    system: null,
    previousVersion: "25.05.1",
    version: "25.05.2",
    notes: [],
    seconds: 9.8,
    ...rest,
  };
}

type PhaseEvent = Extract<EventBody, { type: "host-phase" }>;

function phase(
  seconds: number,
  host: HostName,
  name: PhaseEvent["phase"],
  state: PhaseEvent["state"],
  more: Pick<PhaseEvent, "detail" | "deadline"> = {},
): SeenEvent {
  return after(seconds, { type: "host-phase", host, phase: name, state, ...more });
}

const deadline = (seconds: number): string => new Date(secondsIn(seconds)).toISOString();

/** Five hosts: one deployed, one confirming, one copying, one rolled back, one waiting for its build; then their ends. */
export function fiveHosts(): SeenEvent[] {
  const [web01, web02, web03, web04, db01] = [
    HostName.parse("web-01"),
    HostName.parse("web-02"),
    HostName.parse("web-03"),
    HostName.parse("web-04"),
    HostName.parse("db-01"),
  ];
  const hosts = [web01, web02, web03, web04, db01];
  return [
    after(0, {
      type: "run-started",
      goal: "switch",
      flake: "git+file:///home/ana/infra",
      revision: "4f1c9e2d0a7b3c5e8f6a1b2c3d4e5f6a7b8c9d0e",
      operator: "ana@laptop",
      hosts,
    }),
    ...hosts.flatMap((host) => [phase(0.1, host, "evaluate", "started"), phase(0.1, host, "connect", "started")]),
    ...hosts.map((host) => phase(0.6, host, "connect", "finished")),
    ...hosts.map((host) => phase(1.9, host, "evaluate", "finished")),
    ...hosts.map((host) => phase(2, host, "build", "started")),
    after(2.2, { type: "build-progress", done: 0, expected: 31, running: ["nginx-1.28.0", "openssh-10.0p2"] }),
    after(4, { type: "build-progress", done: 28, expected: 31, running: ["postgresql-17.2"] }),
    ...[web01, web02, web03, web04].map((host) => phase(4, host, "build", "finished")),
    ...[web01, web02, web04].flatMap((host) => [
      phase(4.1, host, "copy", "started"),
      after(4.6, {
        type: "host-progress",
        host,
        phase: "copy",
        done: mebibytes(4),
        expected: mebibytes(9),
        unit: "bytes",
      }),
      phase(5, host, "copy", "finished"),
      phase(5.1, host, "activate", "started"),
    ]),
    after(5.6, {
      type: "host-log",
      host: web01,
      phase: "activate",
      line: "restarting the following units: nginx.service",
    }),
    after(5.7, {
      type: "host-log",
      host: web04,
      phase: "activate",
      line: "stopping the following units: sshd.service",
    }),
    phase(6.6, web03, "copy", "started"),
    phase(8.8, web01, "confirm", "started", { detail: "new connection to 10.0.3.11:22 …", deadline: deadline(38) }),
    phase(9.2, web01, "confirm", "finished"),
    after(9.8, ended(web01, { notes: ["3 units restarted"] })),
    phase(9, web02, "confirm", "started", { detail: "new connection to 10.0.3.12:22 …", deadline: deadline(38) }),
    phase(10, web04, "confirm", "started", { detail: "new connection to 10.0.3.14:22 …", deadline: deadline(13.5) }),
    ...[7, 10, 13, 14].map((seconds) =>
      after(seconds, {
        type: "host-progress",
        host: web03,
        phase: "copy",
        done: mebibytes(182 - 24 * (14 - seconds)),
        expected: mebibytes(260),
        unit: "bytes",
        detail: "12 from cache",
      }),
    ),
    after(13, { type: "build-progress", done: 29, expected: 31, running: ["postgresql-17.2"] }),
    after(
      14,
      ended(web04, {
        outcome: "rolled-back",
        seconds: 14.2,
        reason: {
          code: "E_CONFIRM_TIMEOUT",
          message: "sshd did not answer on 10.0.3.14:22 after activation; 25.05.1 is running again",
          hint: "services.openssh.openFirewall is off in the new system",
          step: "confirm",
          log: ["stopping the following units: sshd.service", "reloading the following units: firewall.service"],
        },
      }),
    ),
    phase(14.6, web02, "confirm", "finished"),
    phase(14.6, web02, "commit", "started"),
    after(15, ended(web02, { seconds: 14.9 })),
    phase(17, web03, "copy", "finished"),
    phase(17.1, web03, "activate", "started"),
    after(21, ended(web03, { seconds: 20.9, notes: ["2 units restarted", "reboot needed: new kernel 6.12.8"] })),
    after(22, { type: "build-progress", done: 31, expected: 31, running: [] }),
    phase(22, db01, "build", "finished"),
    after(
      22.4,
      ended(db01, {
        outcome: "skipped",
        seconds: 22.3,
        reason: { code: "E_HALTED", message: "the run was halted after web-04", log: [] },
      }),
    ),
    after(22.5, {
      type: "run-finished",
      outcomes: { deployed: 3, "rolled-back": 1, skipped: 1 },
      exitStatus: 1,
      seconds: 22.5,
    }),
  ].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** Hundreds of hosts in the middle of a run: some done, a few in trouble, ten at work, the rest waiting. */
export function manyHosts(count: number): SeenEvent[] {
  const hosts = Array.from({ length: count }, (_, index) => HostName.parse(`node-${String(index).padStart(3, "0")}`));
  const events = [
    after(0, {
      type: "run-started",
      goal: "switch",
      flake: "github:example/fleet",
      revision: null,
      operator: "ana@laptop",
      hosts,
    }),
  ];
  for (const [index, host] of hosts.entries()) {
    if (index >= 74) continue;
    const began = 1 + index * 0.3;
    events.push(after(began, { type: "host-phase", host, phase: "copy", state: "started" }));
    if (index % 30 === 7) {
      const reason = { code: "E_UNREACHABLE", message: `no route to 10.0.${index}.1:22`, log: [] };
      events.push(after(began + 2, ended(host, { outcome: "unreachable", reason, version: null, seconds: 2 })));
    } else if (index < 62) {
      events.push(after(began + 5, ended(host, { seconds: 5 })));
    } else if (index % 4 === 0) {
      events.push(after(began + 3, { type: "host-phase", host, phase: "activate", state: "started" }));
    } else {
      const done = mebibytes(index);
      events.push(
        after(began + 1, { type: "host-progress", host, phase: "copy", done, expected: mebibytes(100), unit: "bytes" }),
      );
    }
  }
  return events.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
