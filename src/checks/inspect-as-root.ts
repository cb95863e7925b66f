// What only root sees of a host, asked after the login where sudo wants a password: it cannot be given to a login's first
// question. This is also where a wrong password comes to light, before anything depends on it.
import { readAsset } from "../assets.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Connection } from "../ssh/connection.ts";
import { readsPassword } from "../ssh/elevation.ts";
import { hostRecords } from "./host-records.ts";
import { completeInspection, type Inspection } from "./inspection.ts";

/** Milliseconds; PAM may wait for a directory service. */
const deadline = 30_000;

/** What is tried where the configuration declares no words of its own. */
const usual = ["sudo", "-H", "--"];

/**
 * Completes an inspection whose login user could not become root, where a password is at hand that sudo may ask for. Any
 * other is returned as it is.
 *
 * @throws FlotillaError E_ELEVATION when sudo does not take the password; what the connection rejects with
 */
export async function inspectAsRoot(
  connection: Pick<Connection, "target" | "withElevation">,
  inspection: Inspection,
  signal: AbortSignal,
): Promise<Inspection> {
  if (inspection.elevation !== null) return inspection;
  const asRoot = connection.withElevation(connection.target.elevation ?? usual);
  const { elevation } = asRoot;
  if (elevation === null || !readsPassword(elevation)) return inspection;
  // As a word and not as stdin: sudo would try each of its lines as a password.
  const script = [
    "printf '\\000begin=flotilla-root-1\\000'",
    "(",
    readAsset("src/checks/guard-records.sh"),
    ")",
    "printf 'end=\\000\\n'",
  ].join("\n");
  const { exitCode, stderr, stdout } = await asRoot.run(
    { words: ["/bin/sh", "-c", script, "sh", ""], asRoot: true, deadline },
    { signal },
  );
  if (exitCode === 0) return completeInspection(inspection, elevation, hostRecords(stdout, "flotilla-root-1"));
  const { host } = connection.target;
  throw new FlotillaError("E_ELEVATION", `${host}: no command can be run as root`, {
    host,
    step: "connect",
    log: stderr.split("\n").slice(-10),
  });
}
