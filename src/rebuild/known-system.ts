// A fleet of one host whose system is known already, so that nothing is evaluated: --store-path and --rollback.
import type { HostName } from "../domain/host-name.ts";
import { DerivationPath } from "../domain/store-path.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { ConfigurationFile } from "../nix/fleet-source.ts";
import type { FleetFormName } from "../nix/forms/fleet-form.ts";
import type { FleetOutline, Nix } from "../nix/nix.ts";
import { systemProfile } from "../deploy/standing.ts";

/** What is read in place of a configuration. */
export interface KnownFleet {
  readonly source: ConfigurationFile;
  readonly outline: FleetOutline;
  /** In place of Nix's own: says what is known. */
  readonly evaluate: Nix["evaluate"];
}

/** Its settings are all defaults: there is no configuration that says another thing. */
export function knownSystem(
  name: HostName,
  path: StorePath,
  form: FleetFormName = "nixosConfigurations",
  platform: string | null = null,
): KnownFleet {
  const system = {
    name: "system",
    activator: form === "darwinConfigurations" ? "darwin" : "nixos",
    user: null,
    profilePath: systemProfile,
    // Of a system that is built already nobody asks how.
    derivation: DerivationPath.parse(`${path}.drv`),
    path,
  } as const;
  const evaluated = {
    name,
    form,
    system: platform,
    profiles: [system],
    version: null,
    sshPorts: null,
    deployment: null,
  } as const;
  return {
    source: { kind: "file", reference: path, path, revision: null, dirty: false, directory: path },
    outline: { members: [{ name, form }], ignoredNames: [], otherForms: [], settings: {}, plain: null },
    evaluate: async ({ onHost }) => onHost(name, evaluated),
  };
}
