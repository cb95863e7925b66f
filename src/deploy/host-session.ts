// A host as the run knows it from the login on: the connection, and what the host said of itself.
import type { Inspection } from "../checks/inspection.ts";
import type { Connection, OpenedConnection } from "../ssh/connection.ts";

export interface HostSession {
  readonly connection: Connection;
  readonly inspection: Inspection;
}

/**
 * The session of a login that was just made; the login ends where the host cannot be inspected.
 *
 * @param declared words that make the login user root, as the configuration has them; null: as the inspection found out
 */
export async function sessionOf(
  opened: OpenedConnection,
  inspect: (opened: OpenedConnection) => Promise<Inspection>,
  declared: readonly string[] | null,
): Promise<HostSession> {
  const { connection } = opened;
  try {
    const inspection = await inspect(opened);
    const isRoot = inspection.elevation?.length === 0;
    return { connection: connection.withElevation(isRoot ? [] : (declared ?? inspection.elevation)), inspection };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
