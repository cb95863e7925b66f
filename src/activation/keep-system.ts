// Keeps a system that is on its way to a host from the host's garbage collector until the run's guard takes over: a host
// may wait for its turn much longer than nothing collects garbage.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { RunId } from "../domain/run-id.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { Connection, RemoteCommand } from "../ssh/connection.ts";

/** Milliseconds: it makes a link. */
const deadline = 60_000;

/**
 * Makes the link that guard.sh makes too, and takes away when the run is at its end. To be made before the system is
 * there, so that no moment is left in which nothing names it; Nix does not mind a root that leads nowhere yet.
 *
 * @throws FlotillaError E_TARGET_DISK_FULL when the link cannot be made: the guard could not make it either.
 * @example keepSystem(connection, run, host.toplevel, signal)
 */
export async function keepSystem(
  connection: Connection,
  run: RunId,
  system: StorePath,
  signal: AbortSignal,
): Promise<void> {
  const { exitCode, stderr } = await connection.run(keepCommand(run, system), { signal });
  if (exitCode === 0) return;
  throw new FlotillaError("E_TARGET_DISK_FULL", `the new system cannot be rooted in ${directory}`, {
    host: connection.target.host,
    log: stderr.split("\n").slice(-20),
  });
}

const directory = "/nix/var/nix/gcroots/flotilla";

function keepCommand(run: RunId, system: StorePath): RemoteCommand {
  const script = 'mkdir -p "$0" && ln -sfn "$2" "$0/$1-new"';
  return { words: ["sh", "-c", script, directory, run, system], asRoot: true, deadline };
}
