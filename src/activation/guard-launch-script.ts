// What `sh -s` reads on the host to start a guard: lays down the guard and its order, and becomes its `start` verb.
import { createHash } from "node:crypto";
import { RunId } from "../domain/run-id.ts";
import { guardOrderFile } from "./guard-order-file.ts";
import type { GuardOrder } from "./guard.ts";

/**
 * The script that starts a guard, for `sh -s` as root. Pure: the same order gives the same text.
 *
 * The whole of it is one function, called by the last line: of a script that arrives only in part, nothing runs. Started
 * twice with the same order, it follows the guard that is there; another order of a run has its turn when the one before
 * has ended.
 *
 * @param guard what guardScript() gives
 * @throws FlotillaError E_CONFIGURATION when a value of the order holds a NUL byte.
 */
export function guardLaunchScript(guard: string, order: GuardOrder): string {
  return guardLaunchParts(guard, order).join("");
}

/** The same in three parts, of which the one in the middle is the guard, alike for all hosts. */
export function guardLaunchParts(guard: string, order: GuardOrder): readonly [string, string, string] {
  const [before, after] = hereDocument(guard);
  const orderFile = guardOrderFile(order);
  // It stands in the script without quotes.
  const run = RunId.parse(order.run);
  const head = `\
launch_guard() {
umask 077
PATH=/run/wrappers/bin:/run/current-system/sw/bin:$PATH:/usr/bin:/bin
# macOS may not have /run yet, which is then a link to this.
volatile=\${FLOTILLA_ROOT:-}/run
[ -d "$volatile" ] || volatile=\${FLOTILLA_ROOT:-}/var/run
runtime=$volatile/flotilla
directory=$runtime/runs/${run}
staging=$runtime/staging.${run}.$$
# bash keeps long here-documents in a file; on a full disk only /run has room.
TMPDIR=$volatile
if [ -d "$directory" ]; then
  if [ "$(print_order)" = "$(cat "$directory/order")" ]; then
    exec sh "$directory/guard" follow ${run}
  fi
  if [ ! -e "$directory/outcome" ]; then
    echo 'E E_LOCKED another deployment of run ${run} has this host'
    exit 1
  fi
  # A run that takes back what it did: from now on its record is of that.
  rm -rf "$directory" "\${FLOTILLA_ROOT:-}/var/lib/flotilla/runs/${run}"
fi
mkdir -p "$staging" "$runtime/runs" &&
  print_guard >"$staging/guard" &&
  print_order >"$staging/order" &&
  mv "$staging" "$directory" || {
  rm -rf "$staging"
  echo "E E_TARGET_DISK_FULL the guard cannot be written to $runtime"
  exit 1
}
exec sh "$directory/guard" start ${run}
}
print_guard() {
cat <<${before}`;
  const tail = `${after}
}
print_order() {
cat <<${hereDocument(orderFile).join(orderFile)}
}
launch_guard
`;
  return [head, guard, tail];
}

/** What stands behind `<<` before the text and after it. It is closed by a word that the text cannot hold: its own hash. */
function hereDocument(text: string): readonly [string, string] {
  const delimiter = `END_${createHash("sha256").update(text).digest("hex")}`;
  return [`'${delimiter}'\n`, `${text.endsWith("\n") ? "" : "\n"}${delimiter}`];
}
