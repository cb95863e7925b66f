// How many evaluations run at once when the operator does not say.

/** Bytes: a host with the real NixOS modules takes about 450 MiB; large ones twice that. */
const perWorker = 2 ** 30;

/**
 * As many as there are hosts, at most one a core, and one for each GiB of free memory; never none.
 *
 * @example defaultWorkers(10, 8, 6 * 2 ** 30) // 6
 */
export function defaultWorkers(hosts: number, cores: number, freeBytes: number): number {
  return Math.max(1, Math.min(hosts, cores, Math.floor(freeBytes / perWorker)));
}
