// Time as the pipeline uses it, so that tests can own it.

export interface RunClock {
  now(): Date;
  /** Resolves after so many milliseconds, or rejects with the signal's reason. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
