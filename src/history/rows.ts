// The rows of the history as SQLite hands them over, checked before anything trusts them: others can write the file too.
import { z } from "zod";
import { RunGoal } from "../domain/goal.ts";
import { HostName } from "../domain/host-name.ts";
import { Outcome } from "../domain/outcome.ts";
import { Phase } from "../domain/phase.ts";
import { RunId } from "../domain/run-id.ts";
import { StorePath } from "../domain/store-path.ts";
import type { HostRecord, Login } from "./history.ts";

export const RunRow = z.object({
  id: RunId,
  goal: RunGoal,
  flake: z.string(),
  revision: z.string().nullable(),
  operator: z.string(),
  started: z.iso.datetime(),
  finished: z.iso.datetime().nullable(),
  exit_status: z.number().int().nullable(),
});

const LoginColumns = z.object({
  address: z.string().nullable(),
  port: z.number().int().nullable(),
  user: z.string().nullable(),
  machine_id: z.string().nullable(),
});

export const HostRow = LoginColumns.extend({
  host: HostName,
  outcome: Outcome.nullable(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  system: StorePath.nullable(),
  previous: StorePath.nullable(),
  version: z.string().nullable(),
  previous_version: z.string().nullable(),
  seconds: z.number().nullable(),
  finished: z.iso.datetime().nullable(),
});

export const PhaseRow = z.object({ host: HostName, phase: Phase, seconds: z.number() });
export const IdRow = z.object({ id: RunId });
export const LoginRow = LoginColumns;
export const RunningSystemRow = z.object({ system: StorePath.nullable() });
export const UnfinishedRow = z.object({
  run: RunId,
  host: HostName,
  started: z.iso.datetime(),
  outcome: z.literal("lost-contact").nullable(),
});

export function loginOf(row: z.infer<typeof LoginColumns>): Login | null {
  if (row.address === null) return null;
  return { address: row.address, port: row.port, user: row.user, machineId: row.machine_id };
}

export function hostRecordOf(row: z.infer<typeof HostRow>, phases: readonly z.infer<typeof PhaseRow>[]): HostRecord {
  return {
    host: row.host,
    outcome: row.outcome,
    reason: row.code === null ? null : { code: row.code, message: row.message ?? "" },
    system: row.system,
    previous: row.previous,
    version: row.version,
    previousVersion: row.previous_version,
    seconds: row.seconds,
    phases: Object.fromEntries(
      phases.filter((phase) => phase.host === row.host).map(({ phase, seconds }) => [phase, seconds]),
    ),
    login: loginOf(row),
    finished: row.finished,
  };
}
