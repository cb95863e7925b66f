// The first login to a machine that may be far away, just starting, or known to nobody yet.
import { createHash } from "node:crypto";
import type { Secret } from "../domain/secret.ts";
import type { Connection, Ssh } from "../ssh/connection.ts";
import { openFirst } from "../ssh/open-first.ts";
import type { Target } from "../ssh/target.ts";

/** Milliseconds. */
const deadline = 60_000;

export interface FirstContact {
  /** What is told where sshd asks for a password; null: there is none. */
  readonly password: Secret | null;
  readonly signal: AbortSignal;
  /** Told what was taken on trust. */
  readonly onWarning: (warning: { readonly message: string; readonly hint: string }) => void;
}

/** Logs in to the first target that answers. A host key that is not known is taken, and told. */
export async function firstContact(
  ssh: Ssh,
  targets: readonly Target[],
  { onWarning, password, signal }: FirstContact,
): Promise<Connection> {
  const { connection, newHostKeys = [] } = await openFirst(ssh, targets, {
    deadline,
    signal,
    firstContact: { password },
  });
  for (const key of newHostKeys) {
    onWarning({
      message: `${connection.target.host}: the machine's key was not known and is taken: ${fingerprint(key)}`,
      hint: "compare it with what its console or provider says; from here on nothing else is accepted",
    });
  }
  return connection;
}

/** As ssh-keygen -l prints it. */
function fingerprint(key: string): string {
  const [type = "", blob = ""] = key.split(" ");
  const digest = createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64").replace(/=+$/u, "");
  return `${type} SHA256:${digest}`;
}
