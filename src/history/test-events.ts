// The events of small runs, for the tests of the history.
import { type EventBody, RunEvent, eventVersion } from "../domain/event.ts";

export const hash = "0123456789abcdfghijklmnpqrsvwxyz";
export const systemOf = (generation: number): string => `/nix/store/${hash}-system-${generation}`;

/** A moment of the test's day, in seconds after it began. */
export const moment = (seconds: number): string => new Date(Date.UTC(2025, 10, 20) + seconds * 1000).toISOString();

type Loose<Body> = Body extends { type: infer Type }
  ? { readonly type: Type; readonly [field: string]: unknown }
  : never;

/** An event as it is emitted; checked, so that a test cannot record what no run would. */
export const eventOf = (run: string, seconds: number, body: Loose<EventBody>): RunEvent =>
  RunEvent.parse({ schema: eventVersion, run, at: moment(seconds), ...body });

export const started = (run: string, seconds: number, hosts: readonly string[], more: object = {}): RunEvent =>
  eventOf(run, seconds, {
    type: "run-started",
    goal: "switch",
    flake: "git+file:///infra",
    revision: "4f1c9e2",
    operator: "ana@desk",
    hosts,
    ...more,
  });

export const finished = (run: string, seconds: number, host: string, outcome: string, more: object = {}): RunEvent =>
  eventOf(run, seconds, {
    type: "host-finished",
    host,
    outcome,
    previous: systemOf(1),
    system: systemOf(2),
    previousVersion: "25.05.1",
    version: "25.05.2",
    notes: [],
    seconds: 9.5,
    ...more,
  });

export const identified = (run: string, seconds: number, host: string, more: object = {}): RunEvent =>
  eventOf(run, seconds, {
    type: "host-identified",
    host,
    address: "10.0.0.1",
    port: 2222,
    user: "root",
    machineId: "0af7651916cd43dd8448eb211c80319c",
    ...more,
  });

export const runFinished = (run: string, seconds: number, exitStatus = 0): RunEvent =>
  eventOf(run, seconds, { type: "run-finished", outcomes: {}, exitStatus, seconds });
