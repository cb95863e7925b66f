// What a host said at its login; one that still starts is asked again until it is up, and one whose sudo wants a password
// is asked as root then.
import { awaitStart } from "../checks/await-start.ts";
import { inspectAsRoot } from "../checks/inspect-as-root.ts";
import { parseInspection } from "../checks/inspection.ts";
import type { Inspection } from "../checks/inspection.ts";
import type { OpenedConnection } from "../ssh/connection.ts";

export async function inspect({ connection, firstOutput }: OpenedConnection, signal: AbortSignal): Promise<Inspection> {
  const seen = await awaitStart(connection, parseInspection(firstOutput), signal);
  return inspectAsRoot(connection, seen, signal);
}
