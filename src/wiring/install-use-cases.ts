// `flotilla install` with the real rooms behind it.
import type { InstallRunOptions } from "../cli/use-cases.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { RunStage } from "./run-stage.ts";

export async function install(_options: InstallRunOptions, _stage: RunStage, _directory: string): Promise<number> {
  throw new FlotillaError("E_INSTALL", "not written yet");
}
