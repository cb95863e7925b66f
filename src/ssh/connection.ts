// One login to one host, kept open; everything else goes through it as channels of the same connection.
// ssh/open-connection.ts makes these. The confirming connection of a deploy is a second, fresh one.
import type { ProgramInput } from "../process/program-input.ts";
import type { Secret } from "../domain/secret.ts";
import type { ProcessResult, RunOptions } from "../process/runner.ts";
import type { OtherHostKeys } from "./remember-host-key.ts";
import type { Target } from "./target.ts";

export interface RemoteCommand {
  /** Words, quoted for the remote shell by ssh/ alone. `["sh", "-s"]` with a script as stdin is the usual form. */
  readonly words: readonly string[];
  readonly stdin?: ProgramInput;
  /** Run as root (by the connection's elevation) or as the login user. */
  readonly asRoot: boolean;
  /** Milliseconds. When they are over ssh is ended here; what runs there may go on, and is to have its own limit. */
  readonly deadline: number;
}

export interface Connection {
  readonly target: Target;
  /** Words that make the login user root; [] for root itself; null: not known yet, or there is no way. At first the target's. */
  readonly elevation: readonly string[] | null;
  /**
   * The same login, once the inspection has told how its user becomes root. Where the login was given a password, sudo
   * reads it from stdin (ssh/elevation.ts), and the elevation says so.
   */
  withElevation(words: readonly string[] | null): Connection;
  /**
   * Rejects with a classified FlotillaError when ssh itself fails (E_CONNECTION_LOST and such), when the elevation is
   * refused (E_ELEVATION), at the deadline (E_DEADLINE) and when the signal aborts (E_INTERRUPTED). A command's own
   * non-zero exit is a result, 255 too.
   */
  run(command: RemoteCommand, options?: RunOptions): Promise<ProcessResult>;
  /** How the nix programs use this very connection: a store URI's authority and the variables of their environment. */
  readonly nix: {
    /** e.g. root@web-01 or root@[fd00::1]; the port is the connection's own. */
    readonly authority: string;
    readonly environment: Readonly<Record<string, string>>;
  };
  /** Ends the login. Safe to call twice. */
  close(): Promise<void>;
}

export interface OpenConnectionOptions {
  /** Ends the login while it is being made; a connection that is open lives until `close`. */
  readonly signal?: AbortSignal;
  /** Milliseconds for the login itself and firstScript together. */
  readonly deadline: number;
  /** A script for `sh`, run as the login user in the same ssh process that makes the connection: login and first question cost one round trip less. */
  readonly firstScript?: string;
  /** The first login to a machine: a host key that nobody knows yet is taken, unless the operator's configuration forbids it. */
  readonly firstContact?: {
    /** What is told where sshd asks for a password; null: it is not answered. */
    readonly password: Secret | null;
  };
}

export interface OpenedConnection {
  readonly connection: Connection;
  /** stdout of firstScript. */
  readonly firstOutput: string;
  /** Of a first contact: keys that were taken without being known, each as "TYPE KEY". */
  readonly newHostKeys?: readonly string[];
}

export interface Ssh {
  /** Always logs in afresh, never through a master that is there already. */
  open(target: Target, options: OpenConnectionOptions): Promise<OpenedConnection>;
  /** A session of the operator's own, in their terminal: questions are asked, nothing is multiplexed by us. Resolves with its exit status. */
  interactive(target: Target, words?: readonly string[]): Promise<number>;
  /** The port that a login to the target goes to, by the operator's own configuration of ssh too. */
  configuredPort(target: Target): Promise<number>;
  /**
   * Makes a host key one that the operator's own ssh knows for the target, beside what it knew or in its place; resolves with
   * the file that it stands in, null where the operator's configuration keeps none.
   */
  rememberHostKey(target: Target, key: string, others: OtherHostKeys): Promise<string | null>;
  /** Ends all connections that are still open and takes their sockets away. */
  close(): Promise<void>;
}
