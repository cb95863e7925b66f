// One started program with all that it starts: ended as a whole, politely first.
import type { LiveChild, LiveChildren } from "./live-children.ts";

export interface ProcessGroup {
  /** SIGTERM now, SIGKILL after the grace; calls `onKilled` then. A second call does nothing. */
  terminate(onKilled: () => void): void;
  /** To be called when the program itself has ended: what it leaves behind by its own will, it leaves on purpose. */
  leaderEnded(): void;
  /** To be called when its output has ended too: from here it holds no timer and no listener of ours. */
  release(): void;
}

/** Milliseconds between SIGTERM and SIGKILL. */
const grace = 5_000;

/** The group that `leader` leads, registered among those that end with us; undefined: it was never started. */
export function processGroup(leader: number | undefined, live: LiveChildren): ProcessGroup {
  let killTimer: NodeJS.Timeout | undefined;
  let released = false;

  const send = (signal: NodeJS.Signals | 0): boolean => {
    if (leader === undefined) return false;
    try {
      return process.kill(-leader, signal);
    } catch {
      return false; // no process is left in the group
    }
  };
  const child: LiveChild = { end: () => send(killTimer === undefined ? "SIGTERM" : "SIGKILL") };
  if (leader !== undefined) live.add(child);

  return {
    terminate(onKilled) {
      if (killTimer !== undefined || released) return;
      send("SIGTERM");
      killTimer = setTimeout(() => {
        send("SIGKILL");
        live.remove(child);
        onKilled();
      }, grace);
    },
    leaderEnded() {
      if (killTimer === undefined) live.remove(child);
    },
    release() {
      released = true;
      if (killTimer !== undefined && send(0)) {
        killTimer.unref(); // those of the group that outlive SIGTERM get their SIGKILL then, or when we exit
        return;
      }
      clearTimeout(killTimer);
      live.remove(child);
    },
  };
}
