// Reads the settings of the selected hosts and makes a row of each: the frame of every listing.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Host } from "../fleet/fleet.ts";
import { type FleetRequest, readFleet } from "../fleet/read-fleet.ts";
import type { Nix } from "../nix/nix.ts";

export interface ReadServices {
  readonly nix: Nix;
  readonly onWarning: (message: string) => void;
  readonly signal: AbortSignal;
}

/** The rows in the fleet's order. Each is begun at once and may wait for its host, which is rejected with what broke it. */
export async function eachHost<Row>(
  request: FleetRequest,
  { nix, onWarning, signal }: ReadServices,
  rowOf: (name: HostName, host: Promise<Host>) => Promise<Row>,
): Promise<readonly Row[]> {
  const hosts = new Map<HostName, PromiseWithResolvers<Host>>();
  let rows: Promise<readonly Row[]> = Promise.resolve([]);
  try {
    await readFleet(nix, {
      ...request,
      signal,
      onSelected: (selected) => {
        for (const { name } of selected) hosts.set(name, Promise.withResolvers());
        rows = Promise.all(Array.from(hosts, ([name, { promise }]) => rowOf(name, promise)));
        rows.catch(() => {});
      },
      onHost: (name, result) => {
        if (result instanceof FlotillaError) hosts.get(name)?.reject(result.at(name, "evaluate"));
        else hosts.get(name)?.resolve(result);
      },
      onWarning,
      onLog: () => {},
    });
  } catch (error) {
    if (hosts.size === 0) throw error;
    for (const { reject } of hosts.values()) reject(error);
  }
  return rows;
}
