// Keeps what is on its way to a host from the host's garbage collector until the run's guard takes over: a host may wait
// for its turn much longer than nothing collects garbage.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { RunId } from "../domain/run-id.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Connection, RemoteCommand } from "../ssh/connection.ts";

/** Milliseconds: it makes a link a profile. */
const deadline = 60_000;

/**
 * Makes the links that the guard takes away when the run is at its end: RUN-new-1, RUN-new-2 and so on. To be made before
 * the profiles are there, so that no moment is left in which nothing names them; Nix does not mind a root that leads
 * nowhere yet.
 *
 * @throws FlotillaError E_TARGET_DISK_FULL when a link cannot be made: the guard could not make it either.
 * @example keepProfiles(connection, run, host, signal)
 */
export async function keepProfiles(
  connection: Connection,
  run: RunId,
  { profiles }: Pick<Host, "profiles">,
  signal: AbortSignal,
): Promise<void> {
  const paths = profiles.map(({ path }) => path);
  const { exitCode, stderr } = await connection.run(keepCommand(run, paths), { signal });
  if (exitCode === 0) return;
  throw new FlotillaError("E_TARGET_DISK_FULL", `the new system cannot be rooted in ${directory}`, {
    host: connection.target.host,
    log: stderr.split("\n").slice(-20),
  });
}

const directory = "/nix/var/nix/gcroots/flotilla";

function keepCommand(run: RunId, paths: readonly StorePath[]): RemoteCommand {
  const script =
    'root=$0/$1-new number=1; shift; mkdir -p "$0" && for path; do ln -sfn "$path" "$root-$number" || exit; ' +
    "number=$((number + 1)); done";
  return { words: ["sh", "-c", script, directory, run, ...paths], asRoot: true, deadline };
}
