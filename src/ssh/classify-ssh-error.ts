// What ssh says on stderr, as one of our errors.
import { FlotillaError } from "../domain/flotilla-error.ts";
import { elevationErrorRows, pinnedKeyRow, type Row, sshErrorRows } from "./ssh-error-rows.ts";
import { describeTarget, type Target } from "./target.ts";

/** An ssh that failed by itself (not the command it ran), told from its stderr. */
export function classifySshError(stderr: string, target: Target): FlotillaError {
  const text = readable(stderr);
  const candidates = target.hostKey === null ? sshErrorRows : [pinnedKeyRow(target), ...sshErrorRows];
  return (
    firstMatch(candidates, text, target) ??
    new FlotillaError("E_UNREACHABLE", `${who(target)}: ssh failed`, { host: target.host, log: tail(text) })
  );
}

/** Whether ssh itself says at the end of this that its connection is gone: a remote command may end with 255 as well. */
export function saysConnectionLost(stderr: string): boolean {
  const last = readable(stderr).trimEnd().split("\n").slice(-2).join("\n");
  return /^(?:Control socket connect|mux_client_\w+:|.*UNKNOWN port 65535|Connection (?:to \S+ )?closed|client_loop:|Shared connection)/m.test(
    last,
  );
}

/** What sudo, doas or run0 said when they refused; null where they did not. */
export function classifyElevationError(stderr: string, target: Target): FlotillaError | null {
  return firstMatch(elevationErrorRows, readable(stderr), target);
}

function firstMatch(candidates: readonly Row[], text: string, target: Target): FlotillaError | null {
  for (const row of candidates) {
    const match = row.pattern.exec(text);
    if (match === null) continue;
    return new FlotillaError(row.code, `${who(target)}: ${row.message(match)}`, {
      hint: row.hint(match, target),
      host: target.host,
      log: tail(text),
    });
  }
  return null;
}

function who(target: Target): string {
  const address = describeTarget(target);
  return address === target.host ? address : `${target.host} (${address})`;
}

/** Without ssh's debug lines, and without control characters, which the host may have sent. */
function readable(stderr: string): string {
  return stderr
    .replaceAll("\r", "")
    .replaceAll(/^debug\d: .*\n?/gm, "")
    .replaceAll(/[^\P{Cc}\n\t]/gu, "�");
}

function tail(text: string): string[] {
  return text.trimEnd().split("\n").slice(-20);
}
