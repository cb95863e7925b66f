// The files that a login for an install needs, for as long as the run lasts: a key that came in a variable, or one of the run's
// own for a machine that only a password opens.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { InstallLogin } from "../install/install-options.ts";
import type { Runner } from "../process/runner.ts";
import type { Connection } from "../ssh/connection.ts";
import { readFile } from "node:fs/promises";

export interface LoginFiles {
  readonly identityFile: string | null;
  /** Has the machine accept the run's own key, where it was opened with a password. */
  admit(connection: Connection, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds. */
const deadline = 20_000;

export interface LoginPlace {
  readonly directory: string;
  readonly runner: Runner;
  /** The machine is looked at alone: nothing is left there. */
  readonly isLook: boolean;
}

/** @throws FlotillaError E_SSH_MISSING where no key can be made */
export async function loginFiles(
  { identity, password }: InstallLogin,
  { directory, isLook, runner }: LoginPlace,
): Promise<LoginFiles> {
  const nothing = { admit: async () => {}, close: async () => {} };
  if (identity !== null && "file" in identity) return { ...nothing, identityFile: resolve(directory, identity.file) };
  if (identity === null && (password === null || isLook)) return { ...nothing, identityFile: null };
  const own = await mkdtemp(join(tmpdir(), "flotilla-login-"));
  const file = join(own, "key");
  const close = (): Promise<void> => rm(own, { recursive: true, force: true });
  try {
    if (identity !== null) {
      const text = identity.key.reveal();
      // A variable may have lost the newline that the format asks for.
      await writeFile(file, text.endsWith("\n") ? text : `${text}\n`, { mode: 0o600 });
      return { ...nothing, identityFile: file, close };
    }
    const made = await runner.run({
      file: "ssh-keygen",
      args: ["-q", "-t", "ed25519", "-N", "", "-C", "flotilla-install", "-f", file],
      deadline,
    });
    if (made.exitCode !== 0) throw new FlotillaError("E_SSH_MISSING", "ssh-keygen could not make a key for this run");
    const key = await readFile(`${file}.pub`, "utf8");
    return { identityFile: file, close, admit: (connection, signal) => admitKey(connection, key, signal) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Once, and at the end of what is there. The installer takes it over; the installed system has its own. */
async function admitKey(connection: Connection, key: string, signal: AbortSignal): Promise<void> {
  const script = [
    "umask 077",
    "mkdir -p ~/.ssh || exit",
    "key=$(cat)",
    'grep -qxF "$key" ~/.ssh/authorized_keys 2>/dev/null || printf "\\n%s\\n" "$key" >>~/.ssh/authorized_keys',
  ].join("\n");
  const { exitCode, stderr } = await connection.run(
    { words: ["sh", "-c", script], stdin: key, asRoot: false, deadline },
    { signal },
  );
  if (exitCode === 0) return;
  const { host } = connection.target;
  throw new FlotillaError("E_AUTHENTICATION", `${host}: a key for the rest of the install could not be put there`, {
    host,
    step: "connect",
    log: stderr.split("\n").slice(-10),
  });
}
