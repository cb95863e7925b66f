// The forms in which people write their hosts down, each named after the flake output that it is.
import { z } from "zod";

export const FleetFormName = z.enum([
  "colmenaHive",
  "colmena",
  "deploy",
  "nixosConfigurations",
  "darwinConfigurations",
  "homeConfigurations",
]);
export type FleetFormName = z.infer<typeof FleetFormName>;

/** Every form by its name. */
export type FleetForms = Readonly<Record<FleetFormName, FleetForm>>;

/** A form as texts of Nix: each a function, of the output's value or of what a file evaluates to. */
export interface FleetForm {
  readonly name: FleetFormName;
  /** Where its hosts are written down in a flake, as its author would say it. */
  readonly place: string;
  /**
   * `value: { names = [ … ]; settings = …; }`: the names of the hosts, and what belongs to the whole fleet as plain data or
   * null. Evaluates no host.
   */
  readonly outline: string;
  /** `value: name: { system, version, sshPorts, deployment, profiles }`: what nix/eval/host.nix makes, as plain data. */
  readonly host: string;
  /** `wanted: value: name: …`: the same of the profiles named in the list `wanted` alone; null: all are evaluated. */
  readonly hostOfProfiles: string | null;
  /**
   * `disks: value: name: …`: the same as `host`, with `installation` (nix/eval/installation.nix); `disks`: the devices of the
   * host's disks where the operator says others, by the disks' names. null: what has this form is no NixOS system itself.
   */
  readonly installation: string | null;
  /** `value: name: configuration`: the configuration itself, with its `config` and `pkgs`. null: as above. */
  readonly configuration: string | null;
  /** `value: name: [ … ]`: the tags of a host, or null where it has no settings of its own. null: hosts of this form have none. */
  readonly tags: string | null;
}
