// Whose program makes the disks of a host: the script that the user's own locked disko made of them, or ours.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { Built, DiskoScriptName, HostInstallation } from "./host-installation.ts";
import type { InstallOptions } from "./install-options.ts";

export type DiskProgram =
  | { readonly kind: "flotilla" }
  | {
      readonly kind: "disko";
      readonly builds: readonly Built[];
      /** Run in this order. */
      readonly scripts: readonly StorePath[];
      /** With all that they name; otherwise their text alone, and the installer's programs. */
      readonly copied: boolean;
    };

type ProgramOptions = Pick<InstallOptions, "diskEngine" | "diskoDeps" | "diskoMode" | "storePaths">;

/**
 * @throws FlotillaError E_NOT_INSTALLABLE where disko is asked for and the configuration has none
 */
export function diskProgram(
  { diskEngine, diskoDeps, diskoMode, storePaths }: ProgramOptions,
  { diskoScripts, host, layoutFrom }: Pick<HostInstallation, "diskoScripts" | "host" | "layoutFrom">,
): DiskProgram {
  if (storePaths !== null) return { kind: "disko", builds: [], scripts: [storePaths.disko], copied: true };
  const engine =
    diskEngine ?? (layoutFrom === "disko" && diskoScripts.diskoScript !== undefined ? "disko" : "flotilla");
  if (engine === "flotilla") return { kind: "flotilla" };
  const names = scriptNames(diskoMode).map((name): DiskoScriptName => (diskoDeps ? name : `${name}NoDeps`));
  const builds = names.map((name) => {
    const script = diskoScripts[name];
    if (script !== undefined) return script;
    throw new FlotillaError("E_NOT_INSTALLABLE", `${host.name}: its configuration has no ${name} of disko`, {
      host: host.name,
      hint: "import disko's module, take a newer one, or leave the disks to flotilla: --disk-engine flotilla",
    });
  });
  return { kind: "disko", builds, scripts: builds.map(({ path }) => path), copied: diskoDeps };
}

/** disko's formatScript leaves what it made unmounted. */
function scriptNames(mode: InstallOptions["diskoMode"]): readonly ("diskoScript" | "formatScript" | "mountScript")[] {
  switch (mode) {
    case "disko":
      return ["diskoScript"];
    case "format":
      return ["formatScript", "mountScript"];
    case "mount":
      return ["mountScript"];
  }
}
