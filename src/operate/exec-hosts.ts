// Runs one command on many hosts at once; each line comes out with its host in front.
import type { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { FleetRequest } from "../fleet/read-fleet.ts";
import type { RemoteCommand } from "../ssh/connection.ts";
import { visitHosts } from "./visit-hosts.ts";
import type { VisitServices } from "./visit-hosts.ts";

/** Milliseconds a command may take: a day, so that only what hangs for good is ended. */
const deadline = 24 * 3_600_000;

export interface ExecServices extends VisitServices {
  readonly onLine: (host: HostName, stream: "stdout" | "stderr", line: string) => void;
}

/** How the command ended on a host: its exit status, or why it never ran or broke off. */
export interface ExecEnd {
  readonly host: HostName;
  readonly end: number | FlotillaError;
}

/** The words reach the program as they are; no shell of the host takes them apart. */
export function execHosts(
  request: FleetRequest,
  services: ExecServices,
  parallel: number,
  { asRoot, words }: Pick<RemoteCommand, "asRoot" | "words">,
): Promise<readonly ExecEnd[]> {
  const { onLine, signal } = services;
  return visitHosts<ExecEnd>(
    request,
    services,
    parallel,
    async ({ name }, { connection }) => {
      const { exitCode } = await connection.run(
        { words, asRoot, deadline },
        {
          signal,
          onStdoutLine: (line) => onLine(name, "stdout", line),
          onStderrLine: (line) => onLine(name, "stderr", line),
        },
      );
      return { host: name, end: exitCode ?? 255 };
    },
    async (host, error) => ({ host, end: error }),
  );
}
