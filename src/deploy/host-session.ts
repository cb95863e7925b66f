// A host as the run knows it from the login on: the connection, and what the host said of itself.
import type { Inspection } from "../checks/inspection.ts";
import type { Connection } from "../ssh/connection.ts";

export interface HostSession {
  readonly connection: Connection;
  readonly inspection: Inspection;
}
