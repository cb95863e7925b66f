// The hosts that a selection means, for what reads them in its own way afterwards.
import type { HostName } from "../domain/host-name.ts";
import type { FlotillaError } from "../domain/flotilla-error.ts";
import type { EvaluatedHost, FleetMember } from "../nix/nix.ts";
import type { FleetNix, FleetRequest } from "./read-fleet.ts";
import { selectMembers } from "./select-members.ts";

/**
 * Selects hosts; one is evaluated only where its name does not say whether it is meant.
 *
 * @throws FlotillaError E_SELECTION, or what nix rejects with for the whole fleet
 */
export async function selectedMembers(
  nix: FleetNix,
  request: FleetRequest,
  signal: AbortSignal,
): Promise<readonly FleetMember[]> {
  const { evaluationWorkers: workers, source, useCache } = request;
  const known = new Map<HostName, EvaluatedHost | FlotillaError>();
  return selectMembers({
    ...request,
    signal,
    known,
    learnTags: (hosts) =>
      hosts.length === 0 ? Promise.resolve(new Map()) : nix.tags({ source, hosts, workers, signal }),
    evaluate: async (hosts) => {
      if (hosts.length === 0) return;
      const onHost = (name: HostName, result: EvaluatedHost | FlotillaError): void => void known.set(name, result);
      await nix.evaluate({ source, hosts, useCache, workers, signal, onHost, onLog: () => {} });
    },
  });
}
