// Keys as a step: delivered over the run's own connection; what became of them is said in one line.
import { deliverKeys } from "../../secrets/host-keys.ts";
import { describeKeys } from "../../secrets/keys-answer.ts";
import type { HostSteps } from "../deploy-host.ts";
import type { RunServices } from "../run-services.ts";

export function keysStep({ interruption, keys }: Pick<RunServices, "interruption" | "keys">): HostSteps["sendKeys"] {
  return async ({ deployment }, { connection }, when) => {
    const report = await deliverKeys(keys, connection, deployment, when, interruption.leave);
    const changed = report.removed.length > 0 || report.keys.some(({ state }) => state === "written");
    return [...(changed ? [describeKeys(report)] : []), ...report.remarks];
  };
}
