// One host as a script is written for it: what is known when it is written, and nothing that the host itself says.
import type { GuardOrder } from "../activation/guard.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Target } from "../ssh/target.ts";

export interface ScriptHost {
  readonly host: Host;
  /** In the order to try. */
  readonly logins: readonly [Target, ...Target[]];
  /** Where the new system must answer. */
  readonly confirmations: readonly Target[];
  /** Its run is given an id each time the script runs; see runOfOrder. */
  readonly order: GuardOrder;
  /** Hosts of the script that go before, and must have succeeded. */
  readonly predecessors: readonly HostName[];
  readonly buildOn: "here" | "target";
  /** `uname -m` and `uname -s`, joined by a dash, of the machines that its system runs on; []: any. */
  readonly machines: readonly string[];
}
