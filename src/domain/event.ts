// Everything that happens in a run, as one stream. Terminal, plain log, JSON lines and history are renderings of it.
// The schema is published (docs/events.md) and versioned: fields are added, never changed, within a version.
import { z } from "zod";
import { RunGoal } from "./goal.ts";
import { HostName } from "./host-name.ts";
import { Outcome } from "./outcome.ts";
import { Phase } from "./phase.ts";
import { RunId } from "./run-id.ts";
import { StorePath } from "./store-path.ts";

export const eventVersion = 1;

/** Why a host, or the run, ended other than asked. */
export const Reason = z.object({
  code: z.string().describe("stable error code, see docs/errors.md"),
  message: z.string(),
  hint: z.string().optional(),
  step: Phase.optional(),
  log: z.array(z.string()).describe("the last lines of what failed"),
});
export type Reason = z.infer<typeof Reason>;

const RunStarted = z.object({
  type: z.literal("run-started"),
  goal: RunGoal,
  flake: z.string().describe("the flake as the operator gave it"),
  revision: z.string().nullable().describe("git revision, with -dirty where the tree is"),
  operator: z.string().describe("user@machine that started the run"),
  hosts: z.array(HostName),
});
const HostIdentified = z.object({
  type: z.literal("host-identified"),
  host: HostName,
  address: z.string().describe("the address that answered; a dot is the machine that flotilla ran on"),
  port: z.number().int().nullable(),
  user: z.string().nullable(),
  machineId: z
    .string()
    .nullable()
    .describe("from /etc/machine-id; emitted only once the machine is accepted as this host"),
});
const HostPhase = z.object({
  type: z.literal("host-phase"),
  host: HostName,
  phase: Phase,
  state: z.enum(["started", "finished", "failed"]),
  detail: z.string().optional().describe("what the view says beside the phase, e.g. the address being confirmed"),
  deadline: z.iso.datetime().optional().describe("when the guard takes the matter into its own hands"),
});
const HostProgress = z.object({
  type: z.literal("host-progress"),
  host: HostName,
  phase: Phase,
  done: z.number(),
  expected: z.number(),
  unit: z.enum(["bytes", "paths", "builds", "steps"]),
  detail: z.string().optional(),
});
const HostLog = z.object({ type: z.literal("host-log"), host: HostName, phase: Phase, line: z.string() });
const HostFinished = z.object({
  type: z.literal("host-finished"),
  host: HostName,
  outcome: Outcome,
  reason: Reason.optional(),
  previous: StorePath.nullable().describe("the system that ran before"),
  system: StorePath.nullable().describe("the system that was asked for"),
  previousVersion: z.string().nullable(),
  version: z.string().nullable(),
  notes: z.array(z.string()).describe("remarks for the operator, e.g. units restarted, reboot needed"),
  seconds: z.number(),
});
const BuildProgress = z.object({
  type: z.literal("build-progress"),
  done: z.number(),
  expected: z.number(),
  running: z.array(z.string()).describe("names of the derivations that build now"),
});
const BuildLog = z.object({ type: z.literal("build-log"), derivation: z.string(), line: z.string() });
const Warning = z.object({
  type: z.literal("warning"),
  code: z.string().optional(),
  message: z.string(),
  hint: z.string().optional(),
});
const RunFinished = z.object({
  type: z.literal("run-finished"),
  outcomes: z.partialRecord(Outcome, z.number()),
  exitStatus: z.number(),
  seconds: z.number(),
});

export const EventBody = z.discriminatedUnion("type", [
  RunStarted,
  HostIdentified,
  HostPhase,
  HostProgress,
  HostLog,
  HostFinished,
  BuildProgress,
  BuildLog,
  Warning,
  RunFinished,
]);
export type EventBody = z.infer<typeof EventBody>;

/** An event as it is emitted: what happened, in which run, when. */
export const RunEvent = z.intersection(
  z.object({
    schema: z.literal(eventVersion).describe("version of this schema"), // `version` is a host's
    run: RunId,
    at: z.iso.datetime(),
  }),
  EventBody,
);
export type RunEvent = z.infer<typeof RunEvent>;

/** Takes what happened; stamps and hands on. Producers only ever see this. */
export type Emit = (body: EventBody) => void;
