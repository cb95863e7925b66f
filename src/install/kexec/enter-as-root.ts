// Into an installer that is there already, by another user than root: the keys that let this one in are given to root too.
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { Connection, Ssh } from "../../ssh/connection.ts";
import type { MachineFacts } from "../machine-facts.ts";
import { installerTarget } from "./installer-target.ts";

/** Milliseconds. */
const copyDeadline = 30_000;
const loginDeadline = 30_000;

/** As root; $1 is who logged in. No key is taken away, and none is written twice. */
const copyKeys = `
umask 077
mkdir -p /root/.ssh
home=$(sh -c "echo ~$1")
cat "$home/.ssh/authorized_keys" "/etc/ssh/authorized_keys.d/$1" 2>/dev/null | while IFS= read -r line; do
  grep -q -x -F -e "$line" /root/.ssh/authorized_keys 2>/dev/null || printf '%s\\n' "$line" >>/root/.ssh/authorized_keys
done
`;

/** A name that a shell takes for nothing else; others stay as they are. */
const plainUser = /^[a-z_][a-z0-9_-]*$/u;

/**
 * The connection as root, or the same one where root is not let in: its elevation does as well. The one that is not given
 * back is closed.
 *
 * @param connection with its elevation
 */
export async function enterAsRoot(
  connection: Connection,
  facts: MachineFacts,
  ssh: Pick<Ssh, "open">,
  signal: AbortSignal,
): Promise<{ readonly connection: Connection; readonly facts: MachineFacts }> {
  const same = { connection, facts };
  const { elevation, loginUser, hostKeys } = facts;
  if (elevation === null || elevation.length === 0 || !plainUser.test(loginUser) || hostKeys.length === 0) return same;
  const copy = { words: ["sh", "-c", copyKeys, "sh", loginUser], asRoot: true, deadline: copyDeadline };
  if ((await connection.run(copy, { signal })).exitCode !== 0) return same;
  const { port } = connection.target;
  const { hostKey, target } = installerTarget(connection.target, facts, port);
  if (hostKey !== null) return same;
  try {
    const opened = await ssh.open({ ...target, port }, { deadline: loginDeadline, signal });
    await connection.close();
    return { connection: opened.connection, facts: { ...facts, loginUser: "root", elevation: [] } };
  } catch (error) {
    if (error instanceof FlotillaError && error.code === "E_AUTHENTICATION") return same;
    throw error;
  }
}
