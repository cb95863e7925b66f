// Asks many hosts something at once: reads their settings, logs into each, lets the visitor ask, logs out.
// A host that cannot be read or reached becomes a row too: what was not seen is said.
import pLimit from "p-limit";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import { logIn } from "../deploy/log-in.ts";
import type { LogInServices } from "../deploy/log-in.ts";
import type { HostSession } from "../deploy/host-session.ts";
import type { Host } from "../fleet/fleet.ts";
import { readFleet } from "../fleet/read-fleet.ts";
import type { Selection } from "../fleet/select.ts";
import type { LockedFlake } from "../nix/locked-flake.ts";
import type { Nix } from "../nix/nix.ts";

export interface FleetRequest {
  readonly flake: LockedFlake;
  readonly selection: Selection;
  readonly useCache: boolean;
  readonly evaluationWorkers: number;
}

export interface VisitServices {
  readonly nix: Nix;
  readonly login: LogInServices;
  readonly onWarning: (message: string) => void;
  readonly signal: AbortSignal;
}

/** What a row is made of: the host's settings, or why there are none. */
export interface ReadHost {
  readonly name: HostName;
  readonly host: Host | FlotillaError;
}

/** Reads the selected hosts' settings, in the fleet's order; each row is made as soon as its host is known. */
export async function eachHost<Row>(
  { flake, selection, useCache, evaluationWorkers }: FleetRequest,
  { nix, onWarning, signal }: Omit<VisitServices, "login">,
  rowOf: (name: HostName, host: Promise<Host>) => Promise<Row>,
): Promise<readonly Row[]> {
  const hosts = new Map<HostName, PromiseWithResolvers<Host>>();
  let rows: readonly Promise<Row>[] = [];
  try {
    await readFleet(nix, flake, {
      selection,
      useCache,
      workers: evaluationWorkers,
      signal,
      onSelected: (names) => {
        for (const name of names) hosts.set(name, Promise.withResolvers());
        rows = [...hosts].map(([name, { promise }]) => rowOf(name, promise));
        for (const row of rows) row.catch(() => {});
      },
      onHost: (name, result) => {
        if (result instanceof FlotillaError) hosts.get(name)?.reject(result);
        else hosts.get(name)?.resolve(result);
      },
      onWarning,
      onLog: () => {},
    });
  } catch (error) {
    if (hosts.size === 0) throw error;
    for (const { reject } of hosts.values()) reject(error);
  }
  return Promise.all(rows);
}

/**
 * Visits the selected hosts, so many at once.
 *
 * @param visit what is asked of a host that was reached
 * @param absent the row of one that was not, with the reason
 */
export async function visitHosts<Row>(
  request: FleetRequest,
  services: VisitServices,
  parallel: number,
  visit: (host: Host, session: HostSession) => Promise<Row>,
  absent: (name: HostName, error: FlotillaError) => Promise<Row>,
): Promise<readonly Row[]> {
  const limit = pLimit(parallel);
  return eachHost(request, services, (name, evaluation) =>
    limit(async () => {
      let session: HostSession | null = null;
      try {
        session = await logIn(services.login, name, evaluation);
        return await visit(await evaluation, session);
      } catch (error) {
        if (!(error instanceof FlotillaError)) throw error;
        return await absent(name, error.at(name, "connect"));
      } finally {
        await session?.connection.close();
      }
    }),
  );
}
