// The nix programs as typed functions. nix/nix-programs.ts is the real implementation; tests give small fakes.
import type { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { DerivationPath, StorePath } from "../domain/store-path.ts";
import type { LockedFlake } from "./locked-flake.ts";

/** Flags that every evaluation and build of a run gets. */
export interface NixSettings {
  readonly showTrace: boolean;
  readonly impure: boolean;
  readonly options: readonly (readonly [name: string, value: string])[];
  readonly overrideInputs: readonly (readonly [input: string, reference: string])[];
  readonly verbose: boolean;
}

export interface FleetOutline {
  /** attrNames of nixosConfigurations that are host names; no host is evaluated for it. */
  readonly names: readonly HostName[];
  /** Attributes of nixosConfigurations that cannot be host names; for a warning. */
  readonly ignoredNames?: readonly string[];
  /** The flake output `flotilla = { hosts.<name> = {…}; defaults = {…}; }`, as JSON; null where there is none. */
  readonly plain: { readonly hosts: Readonly<Record<string, unknown>>; readonly defaults: unknown } | null;
}

/** What one evaluation says of one host; `deployment` is raw JSON, parsed in fleet/. */
export interface EvaluatedHost {
  readonly name: HostName;
  readonly system: string;
  readonly derivation: DerivationPath;
  readonly toplevel: StorePath;
  readonly version: string | null;
  readonly sshPorts: readonly number[] | null;
  /** config.deployment where the module is imported, else null. */
  readonly deployment: unknown;
}

export interface EvaluateRequest {
  readonly flake: LockedFlake;
  readonly hosts: readonly HostName[];
  readonly useCache: boolean;
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Called once a host, as soon as it is known. One broken host fails alone. */
  readonly onHost: (name: HostName, result: EvaluatedHost | FlotillaError) => void;
  readonly onLog: (name: HostName, line: string) => void;
}

export interface BuildRequest {
  readonly hosts: readonly {
    readonly name: HostName;
    readonly derivation: DerivationPath;
    readonly toplevel: StorePath;
  }[];
  /** Where to build: here, or in another store (the target's or a build host's). */
  readonly on:
    | { readonly kind: "local" }
    | { readonly kind: "remote"; readonly authority: string; readonly environment: Readonly<Record<string, string>> };
  /** Directory for gc roots, one link a host; null: no roots. Only for local builds. */
  readonly roots: string | null;
  readonly maxJobs: number | null;
  readonly signal: AbortSignal;
  /** Called once a host: when its system exists, or when it cannot. */
  readonly onHost: (name: HostName, result: "built" | FlotillaError) => void;
  readonly onProgress: (progress: { done: number; expected: number; running: readonly string[] }) => void;
  readonly onLog: (derivation: string, line: string) => void;
}

export interface CopyRequest {
  readonly path: StorePath;
  /** Of the target, from Connection.nix. */
  readonly authority: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Words that make the login user root there, when it is not: the store is then served by root's own nix-daemon. [] for root. */
  readonly elevation: readonly string[];
  readonly substituteOnDestination: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { done: number; expected: number; unit: "bytes" | "paths" }) => void;
  readonly onLog: (line: string) => void;
}

export interface FetchRequest {
  readonly name: HostName;
  readonly path: StorePath;
  /** Of the machine it was built on, from Connection.nix. */
  readonly authority: string;
  readonly environment: Readonly<Record<string, string>>;
  /** As for a build. */
  readonly roots: string | null;
  readonly signal: AbortSignal;
}

export interface ClosureRequest {
  readonly path: StorePath;
  /** null: the store here. */
  readonly on: { readonly authority: string; readonly environment: Readonly<Record<string, string>> } | null;
  readonly signal: AbortSignal;
}

export interface ClosurePath {
  readonly path: string;
  /** Name and version, without directory and hash. */
  readonly name: string;
  readonly bytes: number;
}

export interface Nix {
  /** e.g. "2.26.3" and its parts; rejects with E_NIX_MISSING. */
  version(): Promise<{ readonly text: string; readonly major: number; readonly minor: number }>;
  lockFlake(reference: string, signal: AbortSignal): Promise<LockedFlake>;
  outline(flake: LockedFlake, useCache: boolean, signal: AbortSignal): Promise<FleetOutline>;
  evaluate(request: EvaluateRequest): Promise<void>;
  build(request: BuildRequest): Promise<void>;
  copy(request: CopyRequest): Promise<void>;
  /** The other way: from a build machine to here. */
  fetch(request: FetchRequest): Promise<void>;
  /** Everything that a path needs, itself included. Rejects with E_COPY when it is not in that store. */
  closure(request: ClosureRequest): Promise<readonly ClosurePath[]>;
}
