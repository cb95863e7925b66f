// What an install needs of the other rooms. wiring/ puts the real ones in; tests of the journey put in small fakes.
import type { Inspection } from "../checks/inspection.ts";
import type { Interruption } from "../deploy/run-services.ts";
import type { RunClock } from "../deploy/run-clock.ts";
import type { AskedPassphrase } from "../disk/passphrases.ts";
import type { Emit } from "../domain/event.ts";
import type { HostName } from "../domain/host-name.ts";
import type { RunId } from "../domain/run-id.ts";
import type { Secret } from "../domain/secret.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Nix } from "../nix/nix.ts";
import type { Connection, Ssh } from "../ssh/connection.ts";
import type { Target } from "../ssh/target.ts";
import type { HostInstallation } from "./host-installation.ts";
import type { Installer, JumpRequest } from "./kexec/jump-to-installer.ts";
import type { MachineFacts } from "./machine-facts.ts";

/** The installed system as it was found after its first boot. */
export interface FoundSystem {
  readonly connection: Connection;
  readonly inspection: Inspection;
}

export interface InstallServices {
  readonly run: RunId;
  /** user@machine of the operator. */
  readonly operator: string;
  readonly emit: Emit;
  readonly clock: RunClock;
  readonly interruption: Interruption;
  readonly nix: Pick<Nix, "build" | "copy">;
  /** Builds here, together with what other hosts of the run need. */
  readonly buildHere: (host: Host) => Promise<void>;
  /** The first login: a key that is not known yet is taken, and told. */
  readonly meet: (targets: readonly Target[], signal: AbortSignal) => Promise<Connection>;
  /** A fresh login to a machine whose key is known. */
  readonly open: (target: Target, signal: AbortSignal) => Promise<Connection>;
  /** A fresh login to the first that answers, and what the system there says of itself. */
  readonly look: (targets: readonly Target[], signal: AbortSignal) => Promise<FoundSystem>;
  readonly gatherFacts: (connection: Connection, signal: AbortSignal) => Promise<MachineFacts>;
  readonly jump: (request: JumpRequest, signal: AbortSignal) => Promise<Installer>;
  /** A file here, or a pipe. Rejects with E_KEY. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  /** Of a path here. */
  readonly isDirectory: (path: string) => Promise<boolean>;
  /** All of a directory here as a tar archive, with its modes. */
  readonly archive: (directory: string, signal: AbortSignal) => Promise<Uint8Array>;
  /** Writes what describes the machine into the configuration, and evaluates the host anew. */
  readonly describe: (host: HostName, path: string, text: string) => Promise<HostInstallation>;
  /** Asks the operator for passphrases, before anything is touched, new ones twice; by the file that the steps look for. */
  readonly askPassphrases: (
    host: HostName,
    asked: readonly AskedPassphrase[],
    isNew: boolean,
  ) => Promise<ReadonlyMap<string, Secret>>;
  /** Lets the operator's own ssh know the key of the installed system; resolves with where it stands now. */
  readonly rememberHostKey: Ssh["rememberHostKey"];
}
