// What @failed and @changed mean: asked of the history, and of the hosts themselves.
import pLimit from "p-limit";
import { isSettled } from "../deploy/deploy-host.ts";
import { connectStep } from "../deploy/steps/connect-step.ts";
import { examineStep } from "../deploy/steps/examine-step.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { isSuccess } from "../domain/outcome.ts";
import type { HostKnowledge } from "../fleet/select-members.ts";
import type { RunRecord } from "../history/history.ts";
import { lookingServices } from "./looking-services.ts";
import type { Tools } from "./tools.ts";

/** Logins at a time, as long as a selection is made. */
const parallel = 32;

export function hostKnowledge(tools: Tools, signal: AbortSignal): HostKnowledge {
  const limit = pLimit(parallel);
  const services = lookingServices(tools, signal);
  return {
    hasFailed: (name) => {
      const [last] = tools.history.lastRuns(1, name);
      return last !== undefined && endedBadly(last.hosts[0]);
    },
    hasChanged: async (host) => {
      try {
        const session = await connectStep({ targetHost: null }, services, limit)(host.name, Promise.resolve(host));
        try {
          return !isSettled("switch", await examineStep(services)(host, session));
        } finally {
          await session.connection.close();
        }
      } catch (error) {
        if (!(error instanceof FlotillaError)) throw error;
        return error.code === "E_NOT_DEPLOYED" ? false : null;
      }
    },
  };
}

/** Also where nobody saw the end; a host that is never deployed to has ended as it should. */
function endedBadly(host: RunRecord["hosts"][number] | undefined): boolean {
  if (host === undefined || host.reason?.code === "E_NOT_DEPLOYED") return false;
  return host.outcome === null || !isSuccess(host.outcome);
}
