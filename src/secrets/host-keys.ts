// The keys of a host as a run sends them: some before the activation, some after it, or all at once.
import type { Deployment } from "../fleet/deployment.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { KeySettings } from "../fleet/key-settings.ts";
import type { Connection } from "../ssh/connection.ts";
import type { KeyContents } from "./key-contents.ts";
import type { KeysReport } from "./keys-answer.ts";
import { type KeyToSend, sendKeys } from "./send-keys.ts";

/** `all`: the goal `keys`, which activates nothing. `before-reboot`: they are sent after it, and only read now. */
export type KeyMoment = "pre-activation" | "post-activation" | "before-reboot" | "all";

type DeclaredKeys = Pick<Deployment, "keys">;

/**
 * Sends the keys of that moment.
 *
 * Before the activation: those that are for then. The contents of all are read, so that what cannot be read is known while
 * nothing is changed. An owner may be missing, since the activation makes it; nothing is removed, since the system that
 * runs may yet be gone back to.
 *
 * After the activation, and with `all`: every key, so that each now has its owner, which has to exist. What flotilla put
 * there and is declared no more is removed: call it also where no key is declared.
 *
 * @throws FlotillaError as `KeyContents.read` and `sendKeys` do; E_KEY with all of them where several keys fail
 * @example await deliverKeys(contents, connection, host.deployment, "pre-activation", signal)
 */
export async function deliverKeys(
  contents: KeyContents,
  connection: Pick<Connection, "run" | "target">,
  { keys }: DeclaredKeys,
  when: KeyMoment,
  signal: AbortSignal,
): Promise<KeysReport> {
  const isFinal = when === "post-activation" || when === "all";
  const all = await readAll(contents, connection, Object.values(keys));
  const due = isFinal ? all : all.filter(({ settings }) => settings.uploadAt === when);
  if (due.length === 0 && !isFinal) return { keys: [], removed: [], remarks: [] };
  return sendKeys(connection, due, { requireOwnership: isFinal, removeOthers: isFinal, signal });
}

async function readAll(
  contents: KeyContents,
  { target }: Pick<Connection, "target">,
  keys: readonly KeySettings[],
): Promise<readonly KeyToSend[]> {
  const read = async (settings: KeySettings): Promise<KeyToSend> => ({
    settings,
    content: await contents.read(target.host, settings),
  });
  const results = await Promise.allSettled(keys.map(read));
  const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  if (errors.length > 0) throw together(errors);
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

/** One error for all keys that could not be read. */
function together(errors: readonly unknown[]): unknown {
  const [first, ...others] = errors;
  const known = errors.filter((error) => error instanceof FlotillaError);
  const decisive = known.find(({ code }) => code === "E_INTERRUPTED");
  if (others.length === 0 || known.length < errors.length || decisive !== undefined) return decisive ?? first;
  return new FlotillaError("E_KEY", known.map(({ message }) => message).join("; "), {
    host: known[0]?.host,
    step: "keys",
    hint: known.find(({ hint }) => hint !== undefined)?.hint,
    log: known.flatMap(({ log }) => log),
  });
}
