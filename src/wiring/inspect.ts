// What a host said at its login; one that still starts is asked again until it is up.
import { awaitStart } from "../checks/await-start.ts";
import { parseInspection } from "../checks/inspection.ts";
import type { Inspection } from "../checks/inspection.ts";
import type { OpenedConnection } from "../ssh/connection.ts";

export function inspect({ connection, firstOutput }: OpenedConnection, signal: AbortSignal): Promise<Inspection> {
  return awaitStart(connection, parseInspection(firstOutput), signal);
}
