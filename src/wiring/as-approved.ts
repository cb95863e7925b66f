// Holds a run to the plan that its operator agreed to.
import type { DeployOptions } from "../cli/use-cases.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { Host } from "../fleet/fleet.ts";

/**
 * The host, where it still is to get what the plan said.
 *
 * @throws FlotillaError E_PLAN_CHANGED where its configuration was edited in between
 */
export async function asApproved(approved: DeployOptions["approved"], evaluation: Promise<Host>): Promise<Host> {
  const host = await evaluation;
  if (approved === null || isSame(host, approved.get(host.name) ?? [])) return host;
  throw new FlotillaError("E_PLAN_CHANGED", "its configuration is another than when its plan was shown", {
    host: host.name,
    step: "evaluate",
    hint: "look at the new plan: flotilla deploy --ask",
  });
}

const isSame = ({ profiles }: Host, wanted: readonly StorePath[]): boolean =>
  profiles.length === wanted.length && profiles.every(({ path }, index) => path === wanted[index]);
