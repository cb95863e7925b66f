// A host as an installation needs it, parsed once: what one evaluation says of its system, its disks and its boot loader.
import { z } from "zod";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import { DerivationPath, StorePath } from "../domain/store-path.ts";
import type { DiskLayout } from "../disk/layout.ts";
import { readLayout } from "../disk/read-layout.ts";
import type { Host } from "../fleet/fleet.ts";
import { parseHostAddress } from "../fleet/host-address.ts";
import { type HostOverrides, overriddenHost } from "../fleet/host-overrides.ts";
import type { EvaluatedInstallation, InstallationRequest } from "../nix/evaluate-installation.ts";
import type { FleetOutline } from "../nix/nix.ts";
import { diskoScriptNames, type HostInstallation } from "./host-installation.ts";

const Built = z.object({ derivation: DerivationPath, path: StorePath });
const LayoutReferences = z.object({ derivations: z.array(DerivationPath), paths: z.array(StorePath) });

const Installation = z.object({
  layout: z.unknown(),
  layoutFrom: z.enum(["disko", "flotilla"]).nullable(),
  layoutReferences: LayoutReferences,
  diskoScripts: z.partialRecord(z.enum(diskoScriptNames), Built),
  mountPoint: z.string().regex(/^\//u, "expected an absolute path"),
  boot: z.object({
    loader: z.enum(["systemd-boot", "grub", "extlinux", "none", "other"]),
    efi: z.boolean(),
    canTouchEfiVariables: z.boolean(),
    efiInstallAsRemovable: z.boolean(),
    efiMountPoint: z.string(),
    grubDevices: z.array(z.string()),
  }),
  sshEnabled: z.boolean().nullable(),
  /** By user; null: keys come from elsewhere than the configuration. */
  authorizedKeys: z.record(z.string(), z.array(z.string())).nullable(),
  hostKeys: z.array(z.object({ path: z.string(), type: z.string() })),
  hostId: z.string().nullable(),
  substituters: z.array(z.string()),
  trustedPublicKeys: z.array(z.string()),
});

export interface ReadInstallationRequest extends InstallationRequest {
  readonly outline: Pick<FleetOutline, "plain">;
  /** Of the installed system; how the machine is reached for its installation is another matter. */
  readonly overrides: HostOverrides;
  readonly onWarning: (message: string) => void;
}

/**
 * Evaluates a host and parses all that its installation needs.
 *
 * @param evaluate evaluateInstallation of nix/, with its tools
 * @throws FlotillaError E_EVALUATION; E_NOT_INSTALLABLE; E_CONFIGURATION; E_DISK_LAYOUT naming the option
 * @example await readInstallation((wanted) => evaluateInstallation({ runner, settings }, wanted), request)
 */
export async function readInstallation(
  evaluate: (request: InstallationRequest) => Promise<EvaluatedInstallation>,
  request: ReadInstallationRequest,
): Promise<HostInstallation> {
  const evaluated = await evaluate(request);
  const { host, warnings } = overriddenHost(evaluated.host, request.outline, request.overrides);
  for (const warning of warnings) request.onWarning(warning);
  return installationOf(host, evaluated);
}

/** What was evaluated of the host, checked. */
export function installationOf(
  host: Host,
  { installation, system }: Pick<EvaluatedInstallation, "installation" | "system">,
): HostInstallation {
  const parsed = Installation.safeParse(installation);
  if (!parsed.success) {
    const message = `${host.name}: what its configuration says of its installation is not understood: ${z.prettifyError(parsed.error)}`;
    throw new FlotillaError("E_CONFIGURATION", message, { host: host.name, step: "evaluate", cause: parsed.error });
  }
  const { authorizedKeys, layout, ...facts } = parsed.data;
  return {
    ...facts,
    host,
    system: { derivation: system.derivation, path: system.path },
    layout: layout === null || layout === undefined ? null : layoutOf(layout, host.name),
    authorizedKeys: keysFor(host, authorizedKeys),
  };
}

function keysFor(
  { deployment }: Host,
  keys: z.infer<typeof Installation>["authorizedKeys"],
): HostInstallation["authorizedKeys"] {
  const user = parseHostAddress(deployment.targetHost ?? "")?.user ?? deployment.targetUser;
  if (keys === null || user === null) return null;
  return Object.hasOwn(keys, user) ? (keys[user] ?? []) : [];
}

function layoutOf(layout: unknown, host: HostName): DiskLayout {
  try {
    return readLayout(layout, "disko.devices");
  } catch (error) {
    throw error instanceof FlotillaError ? error.at(host, "evaluate") : error;
  }
}
