// How many hosts one evaluation process is given: alone they are fastest, unless each reads many of the others.

/** As nix/hive/eval.nix says it, by way of builtins.trace, once for each host that others read. */
const reading = /^trace: flotilla: a node is read: (?<name>.+)$/u;

/**
 * The host whose configuration others read, if that is what the line of Nix's stderr says.
 *
 * @example readHost("trace: flotilla: a node is read: db-01") // "db-01"
 */
export const readHost = (line: string): string | null => reading.exec(line)?.groups?.["name"] ?? null;

/** In seconds, with the real NixOS modules: what another host that is read costs a process, and what company costs a host. */
const costOfReading = 0.06;
const costOfCompany = 0.3;
/** More of them hold the first results back for long, and need more memory than a worker is thought to (1 GiB). */
const most = 8;

/**
 * Hosts for one process. A process evaluates each host that is read once, however many of its own hosts read it, so
 * they share that cost; but Nix's garbage collector makes several hosts in a process dearer than each alone.
 *
 * @param read hosts that others were seen to read
 * @example hostsPerProcess(0) // 1
 * @example hostsPerProcess(50) // 5
 */
export function hostsPerProcess(read: number): number {
  if (read * costOfReading <= costOfCompany) return 1;
  return Math.min(most, Math.max(2, Math.round((read * costOfReading) / (2 * costOfCompany))));
}
