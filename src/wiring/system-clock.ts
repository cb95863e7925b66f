// The clock of this machine, as the pipeline uses it.
import { setTimeout as sleep } from "node:timers/promises";
import type { RunClock } from "../deploy/run-clock.ts";

export const systemClock: RunClock = {
  now: () => new Date(),
  sleep: async (milliseconds, signal) => {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
};
