// Becoming root on the machine we run on: sudo cannot ask from where we run it, so where it would, we do.
import { userInfo } from "node:os";
import type { Tools } from "./tools.ts";

/** Milliseconds for sudo to say whether it would ask. */
const deadline = 20_000;

/** Asks the operator for the password where sudo would; nothing for root, and where there is no sudo. */
export async function askWhereSudoAsks(tools: Tools, signal: AbortSignal): Promise<void> {
  const { uid, username } = userInfo();
  if (uid === 0) return;
  const looking = tools.runner.run({ file: "sudo", args: ["-n", "true"], deadline }, { signal });
  const answer = await looking.catch(() => null);
  if (answer !== null && answer.exitCode !== 0) await tools.askElevationPassword(username);
}
