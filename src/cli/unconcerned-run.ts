// What a run is told where its command has no flag for it: the defaults of `deploy`.
import type { DeployOptions } from "./use-cases.ts";

export const unconcernedRun = {
  targetHost: null,
  buildOn: null,
  substitute: true,
  allowDegraded: false,
  acceptNewMachine: false,
  rollback: null,
  confirmTimeout: null,
  activationTimeout: null,
  keys: true,
  reboot: false,
  keepSucceeded: false,
  installBootloader: false,
  replaceUnknownProfiles: false,
  rollbackSucceeded: null,
} as const satisfies Partial<DeployOptions>;
