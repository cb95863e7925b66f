// What a fleet is: names first, without evaluating any host; then, host by host, everything in one evaluation.
import type { HostName } from "../domain/host-name.ts";
import type { DerivationPath, StorePath } from "../domain/store-path.ts";
import type { Deployment } from "./deployment.ts";

/** One host after its evaluation: its settings and its system come from the same one. */
export interface Host {
  readonly name: HostName;
  /** The platform it is built for, e.g. x86_64-linux. */
  readonly system: string;
  readonly deployment: Deployment;
  readonly derivation: DerivationPath;
  readonly toplevel: StorePath;
  /** system.nixos.label or the like; null where the configuration has none. */
  readonly version: string | null;
  /** config.services.openssh.ports, where the configuration has it: where the new system can be reached. */
  readonly sshPorts: readonly number[] | null;
}
