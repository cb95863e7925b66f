// A lock on a file that lives no longer than the process that took it, whichever way that process ends.
import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the lock, or gives null when another process still has it after `seconds`.
 * The holder is a child that ends when our end of its stdin closes: also when we are killed.
 */
export async function takeLock(file: string, { seconds }: { readonly seconds: number }): Promise<Lock | null> {
  const child = spawn("flock", ["--wait", String(seconds), file, "sh", "-c", "echo held; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
    // A process group of its own: Ctrl-C is for its owner, who has to clear away under the lock.
    detached: true,
  });
  const held = await Promise.race([
    once(child.stdout, "data").then(() => true),
    once(child, "exit").then(() => false),
    once(child, "error").then(([error]) => {
      throw error;
    }),
  ]);
  if (!held) return null;
  child.unref();
  return {
    async release() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.ref();
      child.stdin.end();
      await gone;
    },
  };
}
