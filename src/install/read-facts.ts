// Asks a machine what it is before anything is done to it: one script as the login user (install/facts.sh), one for its disks as root.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Connection } from "../ssh/connection.ts";
import type { MachineFacts } from "./machine-facts.ts";

/**
 * What the machine is. The words that make its login user root are found on the way (facts.elevation): go on with
 * `connection.withElevation(facts.elevation)`.
 *
 * @throws FlotillaError E_ELEVATION when sudo does not take the password, E_COMMAND where the answer is not understood; what the
 * connection rejects with
 */
export async function gatherFacts(
  connection: Pick<Connection, "elevation" | "run" | "target" | "withElevation">,
  _signal: AbortSignal,
): Promise<MachineFacts> {
  throw new FlotillaError("E_COMMAND", `${connection.target.host}: not written yet`);
}
