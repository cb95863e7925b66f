// The files that the operator names, looked at while nothing is touched yet: one that is missing is no surprise in the middle.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { InstallOptions } from "./install-options.ts";
import type { InstallServices } from "./install-services.ts";
import { placeInside } from "./steps/furnish-system.ts";
import { readDiskKeys } from "./steps/prepare-disks.ts";

/**
 * Reads keys for the disks and for the installed system, which are kept for when they are wanted, and looks whether the rest
 * is there.
 *
 * @throws FlotillaError E_KEY for a key that cannot be read; E_USAGE for a directory that is none, and for a path that
 *   --chown would follow out of the installed system
 */
export async function checkOperatorFiles(
  services: Pick<InstallServices, "isDirectory" | "readFile">,
  options: InstallOptions,
): Promise<void> {
  const { chown, extraFiles, hostKey, phases } = options;
  const installs = phases.includes("install");
  if (installs || phases.includes("disko")) await readDiskKeys(services, options);
  if (!installs) return;
  if (hostKey !== null) await services.readFile(hostKey);
  for (const { path } of chown) placeInside("", path);
  if (extraFiles === null || (await services.isDirectory(extraFiles))) return;
  throw new FlotillaError("E_USAGE", `--extra-files ${extraFiles}: there is no such directory`, {
    hint: "it is copied to the root of the installed system: what it has in etc/ is put into /etc",
  });
}
