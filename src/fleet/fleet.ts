// What a fleet is: names first, without evaluating any host; then, host by host, everything in one evaluation.
import type { HostName } from "../domain/host-name.ts";
import type { EvaluatedProfile } from "../nix/nix.ts";
import type { Deployment } from "./deployment.ts";

/** One thing to activate on a host: a system, a home, or whatever a deploy-rs profile holds. */
export interface Profile extends EvaluatedProfile {
  /** Of a NixOS system: the specialisation that is activated in its place; the profile holds the whole system all the same. */
  readonly specialisation: string | null;
}

/** One host after its evaluation: its settings and what runs there come from the same one. */
export interface Host {
  readonly name: HostName;
  /** The platform it is built for, e.g. x86_64-linux; null where the configuration does not say. */
  readonly system: string | null;
  readonly deployment: Deployment;
  /** In the order of their activation. */
  readonly profiles: readonly [Profile, ...Profile[]];
  /** system.nixos.label or the like; null where the configuration has none. */
  readonly version: string | null;
  /** config.services.openssh.ports, where the configuration has it: where the new system can be reached. */
  readonly sshPorts: readonly number[] | null;
}

/** What stands for the host where there is room for one path: its system, or else the first of its profiles. */
export function mainProfile({ profiles }: Pick<Host, "profiles">): Profile {
  return profiles.find(({ name }) => name === "system") ?? profiles[0];
}
