// What an earlier run had copied, where the power went in the middle of it: only what is whole is built upon.
import { readAsset } from "../../assets.ts";
import { shellQuote } from "../../domain/shell-quote.ts";
import type { HostInstallation } from "../host-installation.ts";
import type { InstallServices } from "../install-services.ts";
import type { Lifeline } from "../lifeline.ts";
import { workOnMachine } from "../machine-work.ts";
import { installDirectory } from "../remote-job.ts";

/** Makes the store on the mounted disks forget what is not as it was copied, unless all of it was copied since the machine started. */
export async function mendStore(
  services: Pick<InstallServices, "emit" | "interruption" | "run">,
  line: Lifeline,
  { mountPoint }: Pick<HostInstallation, "mountPoint">,
): Promise<void> {
  await workOnMachine(services, line, {
    job: "store",
    phase: "copy",
    script: mendStoreScript(mountPoint, installDirectory),
    code: "E_COPY",
    what: "what was copied earlier could not be looked through",
    hint: `look whether its disk is still well: dmesg, df ${mountPoint}`,
  });
}

/** @param directory one that a restart empties */
export const mendStoreScript = (root: string, directory: string): string =>
  `set -- ${shellQuote([root, directory])}\n${readAsset("src/install/steps/mend-store.sh")}`;
