// Several addresses for one host: the first that answers.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { OpenConnectionOptions, OpenedConnection, Ssh } from "./connection.ts";
import { describeTarget, type Target } from "./target.ts";

/** Nothing answered there: another address may. A key refused or changed is not among them. */
const unreachable: ReadonlySet<string> = new Set([
  "E_UNREACHABLE",
  "E_NAME_RESOLUTION",
  "E_CONNECTION_LOST",
  "E_DEADLINE",
]);

/**
 * Tries the targets in order and keeps the first login. `options.deadline` is for all of them together: each gets an
 * equal share of what is left. After any failure but unreachability it stops and rejects with that.
 *
 * @throws FlotillaError E_UNREACHABLE with one log line an address, where none answered
 */
export async function openFirst(
  ssh: Ssh,
  targets: readonly Target[],
  options: OpenConnectionOptions,
): Promise<OpenedConnection> {
  const end = performance.now() + options.deadline;
  const failures: { readonly target: Target; readonly error: FlotillaError }[] = [];
  for (const [index, target] of targets.entries()) {
    const share = Math.floor((end - performance.now()) / (targets.length - index));
    if (share < 1) break;
    try {
      return await ssh.open(target, { ...options, deadline: share });
    } catch (error) {
      if (!(error instanceof FlotillaError) || !unreachable.has(error.code)) throw error;
      failures.push({ target, error });
    }
  }
  const [first] = failures;
  if (first === undefined) throw new FlotillaError("E_CONFIGURATION", "the host has no address to connect to");
  if (failures.length === 1) throw first.error;
  throw new FlotillaError("E_UNREACHABLE", `${first.target.host}: none of its ${targets.length} addresses answered`, {
    host: first.target.host,
    hint: first.error.hint,
    cause: first.error,
    log: failures.map(({ target, error }) => `${describeTarget(target)}: ${error.message}`),
  });
}
