// Where the system of a host is built: here, with what other hosts need, or in the installer, on the very disks it is for.
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { DerivationPath, StorePath } from "../../domain/store-path.ts";
import type { Profile } from "../../fleet/fleet.ts";
import type { DiskProgram } from "../disk-program.ts";
import type { Built, HostInstallation } from "../host-installation.ts";
import type { InstallOptions } from "../install-options.ts";
import type { InstallServices } from "../install-services.ts";
import { type Lifeline, overLifeline } from "../lifeline.ts";

export interface BuildWish {
  /** On the machine's own disks. */
  readonly system: Built | null;
  /** In the installer, for its disks. */
  readonly forDisks: readonly Built[];
}

/** What there is to build; paths that the operator gave are built already. */
export function buildWish(
  { phases, storePaths }: Pick<InstallOptions, "phases" | "storePaths">,
  { layoutReferences, system }: Pick<HostInstallation, "layoutReferences" | "system">,
  program: DiskProgram | null,
): BuildWish {
  if (storePaths !== null) return { system: null, forDisks: [] };
  return {
    system: phases.includes("install") ? system : null,
    forDisks: program === null ? [] : program.kind === "disko" ? program.builds : referenced(layoutReferences),
  };
}

/** Each derivation with the path of its name that the layout refers to. */
function referenced({ derivations, paths }: HostInstallation["layoutReferences"]): readonly Built[] {
  const nameOf = (path: string): string => path.replace(/^\/nix\/store\/[0-9a-z]{32}-/u, "");
  return derivations.flatMap((derivation) => {
    const path = paths.find((one) => `${nameOf(one)}.drv` === nameOf(derivation));
    return path === undefined ? [] : [{ derivation, path }];
  });
}

/**
 * Builds here. Where the platform is one that nothing here builds for, and the operator leaves it to us, it is the
 * installer's turn.
 */
export async function buildHere(
  { buildHere: build }: Pick<InstallServices, "buildHere">,
  { buildOn }: Pick<InstallOptions, "buildOn">,
  { host }: Pick<HostInstallation, "host">,
  { forDisks, system }: BuildWish,
): Promise<"here" | "there"> {
  const [first, ...others] = [
    ...(system === null ? [] : [profile("system", system)]),
    ...forDisks.map((built, index) => profile(`disks-${index}`, built)),
  ];
  if (first === undefined) return "here";
  try {
    await build({ ...host, profiles: [first, ...others] });
    return "here";
  } catch (error) {
    const isOther = error instanceof FlotillaError && error.code === "E_SYSTEM_MISMATCH";
    if (buildOn === "auto" && isOther) return "there";
    throw error;
  }
}

const profile = (
  name: string,
  { derivation, path }: { readonly derivation: DerivationPath; readonly path: StorePath },
): Profile => ({ name, activator: "nixos", user: null, profilePath: null, specialisation: null, derivation, path });

/**
 * Builds in the installer.
 *
 * @param root where the disks are mounted; null: in the installer's own store, in its memory
 */
export async function buildThere(
  { emit, interruption, nix }: Pick<InstallServices, "emit" | "interruption" | "nix">,
  line: Lifeline,
  { host }: Pick<HostInstallation, "host">,
  builts: readonly Built[],
  root: string | null,
): Promise<void> {
  const signal = interruption.halt;
  if (builts.length === 0) return;
  await overLifeline(line, signal, async (connection) => {
    const failures: FlotillaError[] = [];
    await nix.build({
      items: builts.map((built, index) => ({ ...built, name: `${host.name}-${index}`, host: host.name })),
      on: { kind: "remote", ...connection.nix, ...(root === null ? {} : { root }) },
      roots: null,
      maxJobs: null,
      signal,
      onItem: (_, result) => {
        if (result !== "built") failures.push(result);
      },
      onProgress: ({ done, expected, running }) =>
        emit({ type: "build-progress", done, expected, running: [...running] }),
      onLog: (derivation, text) => emit({ type: "build-log", derivation, line: text }),
    });
    const [failure] = failures;
    if (failure !== undefined) throw failure;
  });
}
