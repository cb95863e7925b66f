// A host in order, for tests that change one thing of it.
import { GenerationNumber } from "../domain/generation-number.ts";
import { StorePath } from "../domain/store-path.ts";
import type { Inspection } from "./inspection.ts";

export const runningSystem = StorePath.parse("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-system-web-25.05");

export const healthyInspection: Inspection = {
  isNixos: true,
  system: "x86_64-linux",
  hostname: "web",
  machineId: "0af7651916cd43dd8448eb211c80319c",
  bootId: "6f1c2b1e-6a4b-4a0e-9a59-1b0e4f4b3c11",
  kernel: "6.12.1",
  currentSystem: runningSystem,
  bootedSystem: runningSystem,
  profileSystem: runningSystem,
  profileGeneration: GenerationNumber.parse(42),
  currentVersion: "25.05",
  state: "running",
  failedUnits: [],
  freeBytes: { nix: 10_000_000_000, boot: 400_000_000 },
  elevation: [],
  lock: null,
  lastRun: null,
  needsReboot: false,
  hasKeys: false,
};
