// Asks many hosts something at once: logs into each, lets the visitor ask, logs out.
// A host that cannot be read or reached becomes a row too: what was not seen is said.
import pLimit from "p-limit";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { HostSession } from "../deploy/host-session.ts";
import type { HostSteps } from "../deploy/deploy-host.ts";
import type { Host } from "../fleet/fleet.ts";
import { eachHost } from "./each-host.ts";
import type { FleetRequest } from "../fleet/read-fleet.ts";
import type { ReadServices } from "./each-host.ts";

export interface VisitServices extends ReadServices {
  readonly connect: HostSteps["connect"];
}

/**
 * Visits the selected hosts.
 *
 * @param parallel how many at once
 * @param visit what is asked of a host that was reached
 * @param absent the row of one that was not, with the reason
 */
export function visitHosts<Row>(
  request: FleetRequest,
  services: VisitServices,
  parallel: number,
  visit: (host: Host, session: HostSession) => Promise<Row>,
  absent: (name: HostName, error: FlotillaError, evaluation: Promise<Host>) => Promise<Row>,
): Promise<readonly Row[]> {
  const limit = pLimit(parallel);
  return eachHost(request, services, (name, evaluation) =>
    limit(async () => {
      let session: HostSession | null = null;
      try {
        session = await services.connect(name, evaluation);
        return await visit(await evaluation, session);
      } catch (error) {
        if (!(error instanceof FlotillaError)) throw error;
        return await absent(name, error, evaluation);
      } finally {
        await session?.connection.close();
      }
    }),
  );
}
