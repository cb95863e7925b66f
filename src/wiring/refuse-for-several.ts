// What can be said of one machine alone, held against a selection that turned out to be of several.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { InstallOptions } from "../install/install-options.ts";

/** @throws FlotillaError E_USAGE: a host key or a description of hardware would be that of every host */
export function refuseForSeveral(
  { hardwareConfig, hostKey }: Pick<InstallOptions, "hardwareConfig" | "hostKey">,
  hosts: readonly HostName[],
): void {
  if (hosts.length < 2) return;
  const refuse = (what: string, hint: string): never => {
    throw new FlotillaError("E_USAGE", `${what}, and ${hosts.length} hosts are selected: ${hosts.join(", ")}`, {
      hint,
    });
  };
  if (hostKey !== null) {
    refuse("--host-key is the key of one machine", "install hosts that bring their key one by one");
  }
  if (hardwareConfig !== null) {
    refuse(
      `${hardwareConfig.path} describes one machine`,
      "install hosts that want --generate-hardware-config one by one",
    );
  }
}
