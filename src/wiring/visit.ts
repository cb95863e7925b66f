// What it takes to visit the hosts of a fleet for something other than a run.
import type { FleetOptions, Limits } from "../cli/use-cases.ts";
import { unlimited } from "../deploy/in-phase.ts";
import type { HostSteps } from "../deploy/deploy-host.ts";
import { examineStep } from "../deploy/steps/examine-step.ts";
import { connectStep } from "../deploy/steps/connect-step.ts";
import type { FleetRequest } from "../fleet/read-fleet.ts";
import type { VisitServices } from "../operate/visit-hosts.ts";
import { openFleet } from "./open-fleet.ts";
import { lookingServices } from "./looking-services.ts";
import type { Tools } from "./tools.ts";

/** Where a command looks from, and what ends it early. */
export interface Viewpoint {
  readonly tools: Tools;
  readonly directory: string;
  readonly onWarning: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Everything that visiting hosts takes, for one fleet. */
export async function visit(
  view: Viewpoint,
  options: FleetOptions & { readonly limits: Limits },
  targetHost: string | null = null,
): Promise<{
  readonly request: FleetRequest;
  readonly services: VisitServices & { readonly examine: HostSteps["examine"] };
}> {
  const { directory, onWarning, signal, tools } = view;
  const { nix, request } = await openFleet(options, options.limits.evaluate, tools, directory, signal);
  const looking = lookingServices(tools, signal);
  // visitHosts has the limit: it counts the whole visit.
  const connect = connectStep({ targetHost }, looking, unlimited);
  return { request, services: { nix, connect, examine: examineStep(looking), onWarning, signal } };
}
