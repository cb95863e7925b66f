// nixos-install, and a look at what it left: it is also said to have ended well where the boot loader was never written.
import { readAsset } from "../../assets.ts";
import { shellQuote } from "../../domain/shell-quote.ts";
import type { HostInstallation } from "../host-installation.ts";
import type { InstallOptions } from "../install-options.ts";
import type { InstallServices } from "../install-services.ts";
import type { Lifeline } from "../lifeline.ts";
import { workOnMachine } from "../machine-work.ts";

/** Makes the copied system the one that the disks boot. */
export async function installSystem(
  services: Pick<InstallServices, "emit" | "interruption" | "run">,
  line: Lifeline,
  { skipsChecks }: Pick<InstallOptions, "skipsChecks">,
  installation: Pick<HostInstallation, "boot" | "mountPoint" | "system">,
): Promise<void> {
  const { boot, mountPoint, system } = installation;
  const words = [mountPoint, system.path, loaderOf(boot), boot.efiMountPoint, skipsChecks ? "no" : "yes"];
  await workOnMachine(services, line, {
    job: "install",
    phase: "install",
    script: `set -- ${shellQuote(words)}\n${readAsset("src/install/steps/install-system.sh")}`,
    code: "E_INSTALL",
    what: "the system could not be installed",
    hint: "the machine stays in its installer, and nothing was rebooted; the same command tries it again",
  });
}

/** What is looked for afterwards. */
function loaderOf({ efi, loader }: HostInstallation["boot"]): "any" | "efi" | "none" {
  if (loader === "none") return "none";
  return efi ? "efi" : "any";
}
