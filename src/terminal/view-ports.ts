// What the views need of the outside world, as narrow as they need it: node's own streams, process and timers fit.

/** A stream that is written to; process.stdout and process.stderr are such streams. */
export interface TerminalStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

export type ViewSignal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGTSTP" | "SIGCONT" | "SIGSTOP";

/** The part of `process` that tells of its end. */
export interface ViewProcess {
  readonly pid: number;
  on(event: "exit" | ViewSignal, listener: () => void): unknown;
  off(event: "exit" | ViewSignal, listener: () => void): unknown;
  listenerCount(event: ViewSignal): number;
  kill(pid: number, signal: ViewSignal): unknown;
}

export interface ViewTimers {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `work` every so many milliseconds until the returned function is called. Must not keep the program running. */
  every(milliseconds: number, work: () => void): () => void;
}

/** The timers of this machine. */
export const systemTimers: ViewTimers = {
  now: () => Date.now(),
  every: (milliseconds, work) => {
    const timer = setInterval(work, milliseconds);
    timer.unref();
    return () => clearInterval(timer);
  },
};
