// Where the test bed keeps its things on this machine, and where its own files lie in the repository.
import { join } from "node:path";

/** Everything the bed makes lies below here; `rm -r` of it (with no bed up) forgets all. */
export const bedDirectory = process.env["FLOTILLA_BED"] ?? "/var/tmp/flotilla-bed";

export const rootFileSystemsDirectory = join(bedDirectory, "root-file-systems");
export const bedsDirectory = join(bedDirectory, "beds");
export const setUpLock = join(bedDirectory, "set-up.lock");

/** The store of the controller, shared by all beds, so that fixture systems are built once. */
export const controllerDirectory = join(bedDirectory, "controller");

/** A file that stands beside this one. */
export function bedFile(name: string): string {
  return join(import.meta.dirname, name);
}
