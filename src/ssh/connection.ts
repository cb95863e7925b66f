// One login to one host, kept open; everything else goes through it as channels of the same connection.
// ssh/open-connection.ts makes these. The confirming connection of a deploy is a second, fresh one.
import type { ProcessResult, RunOptions } from "../process/runner.ts";
import type { Target } from "./target.ts";

export interface RemoteCommand {
  /** Words, quoted for the remote shell by ssh/ alone. `["sh", "-s"]` with a script as stdin is the usual form. */
  readonly words: readonly string[];
  readonly stdin?: string | Uint8Array;
  /** Run as root (by the target's elevation) or as the login user. */
  readonly asRoot: boolean;
  readonly deadline: number;
}

export interface Connection {
  readonly target: Target;
  /** Rejects with a classified FlotillaError when ssh itself fails (status 255, deadline); a command's own non-zero exit is a result. */
  run(command: RemoteCommand, options?: RunOptions): Promise<ProcessResult>;
  /** How the nix programs use this very connection: a store URI's authority and the variables of their environment. */
  readonly nix: {
    /** e.g. root@web-01 or root@[fd00::1]; the port is in NIX_SSHOPTS. */
    readonly authority: string;
    readonly environment: Readonly<Record<string, string>>;
  };
  /** Ends the login. Safe to call twice. */
  close(): Promise<void>;
}

export interface OpenConnectionOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds for the login itself. */
  readonly deadline: number;
  /** A script for `sh -s`, run as the login user in the same ssh process that makes the connection: login and first question cost one round trip less. */
  readonly firstScript?: string;
}

export interface OpenedConnection {
  readonly connection: Connection;
  /** stdout of firstScript. */
  readonly firstOutput: string;
}

export interface Ssh {
  open(target: Target, options: OpenConnectionOptions): Promise<OpenedConnection>;
}
