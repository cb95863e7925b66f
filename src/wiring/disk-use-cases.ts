// `flotilla disk` with the real rooms behind it.
import type { DiskOptions } from "../cli/use-cases.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { World } from "./real-use-cases.ts";
import type { Viewpoint } from "./visit.ts";

export async function diskTask(_options: DiskOptions, _view: Viewpoint, _world: World): Promise<number> {
  throw new FlotillaError("E_DISKS", "not written yet");
}
