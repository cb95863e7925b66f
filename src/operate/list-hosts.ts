// What the fleet is, as configured: a row a host, nothing asked of any of them.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import { loginTargets } from "../fleet/target-of.ts";
import { describeTarget } from "../ssh/target.ts";
import { eachHost } from "./each-host.ts";
import type { FleetRequest } from "../fleet/read-fleet.ts";
import type { ReadServices } from "./each-host.ts";

export interface HostRow {
  readonly host: HostName;
  /** user@address:port; null where the host is built, never deployed to. */
  readonly target: string | null;
  readonly tags: readonly string[];
  /** e.g. x86_64-linux; null where the configuration does not evaluate. */
  readonly system: string | null;
  readonly version: string | null;
  /** Why it cannot be deployed, in one line. */
  readonly problem: string | null;
}

export function listHosts(request: FleetRequest, services: ReadServices): Promise<readonly HostRow[]> {
  return eachHost(request, services, async (name, evaluation) => {
    try {
      const host = await evaluation;
      const [target] = loginTargets(host);
      return {
        host: name,
        target: target === undefined ? null : describeTarget(target),
        tags: host.deployment.tags,
        system: host.system,
        version: host.version,
        problem: null,
      };
    } catch (error) {
      if (!(error instanceof FlotillaError)) throw error;
      return { host: name, target: null, tags: [], system: null, version: null, problem: error.message };
    }
  });
}
