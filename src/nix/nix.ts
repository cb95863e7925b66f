// The nix programs as typed functions. nix/nix-programs.ts is the real implementation; tests give small fakes.
import type { FlotillaError } from "../domain/flotilla-error.ts";
import type { Activator } from "../domain/activator.ts";
import type { HostName } from "../domain/host-name.ts";
import type { DerivationPath, StorePath } from "../domain/store-path.ts";
import type { ConfigurationFile, FleetSource, LockedFlake } from "./fleet-source.ts";
import type { FleetFormName } from "./forms/fleet-form.ts";

/** Flags that every evaluation and build of a run gets. */
export interface NixSettings {
  readonly showTrace: boolean;
  readonly impure: boolean;
  readonly options: readonly (readonly [name: string, value: string])[];
  readonly overrideInputs: readonly (readonly [input: string, reference: string])[];
  readonly verbose: boolean;
  /** Entries of the search path before those of NIX_PATH, as `-I` takes them. */
  readonly searchPath?: readonly string[];
  /** Words that `nix eval` and `nix build` get beside all that. */
  readonly arguments?: readonly string[];
}

/** One host of a fleet before its evaluation: its name, and where it is written down. */
export interface FleetMember {
  readonly name: HostName;
  readonly form: FleetFormName;
  /** The profiles that are meant, where not all are: a form that can leaves the others unevaluated. */
  readonly onlyProfiles?: readonly string[];
}

/** What is known of a fleet without evaluating any host. */
export interface FleetOutline {
  readonly members: readonly FleetMember[];
  /** Names that cannot be host names; for a warning. */
  readonly ignoredNames: readonly string[];
  /** Other forms that the flake has, and that were not read. */
  readonly otherForms: readonly FleetFormName[];
  /** By form: what belongs to the whole fleet, such as a hive's meta; raw JSON, parsed in fleet/. */
  readonly settings: Readonly<Partial<Record<FleetFormName, unknown>>>;
  /** The flake output `flotilla = { hosts.<name> = {…}; defaults = {…}; }`, as JSON; null where there is none. */
  readonly plain: { readonly hosts: Readonly<Record<string, unknown>>; readonly defaults: unknown } | null;
}

/** What one evaluation says of one host; `deployment` is raw JSON, parsed in fleet/. */
export interface EvaluatedHost {
  readonly name: HostName;
  readonly form: FleetFormName;
  readonly system: string | null;
  readonly profiles: readonly EvaluatedProfile[];
  readonly version: string | null;
  readonly sshPorts: readonly number[] | null;
  /** The settings as this form has them: config.deployment where a module declares it, or null. Can hold the text of keys. */
  readonly deployment: unknown;
}

export interface EvaluatedProfile {
  /** "system" for the one that a machine boots from. */
  readonly name: string;
  readonly activator: Activator;
  /** Whose it is; null: root's. */
  readonly user: string | null;
  /** The profile's link; null: where its activator has it, which only the host knows. */
  readonly profilePath: string | null;
  readonly derivation: DerivationPath;
  readonly path: StorePath;
}

export interface OutlineRequest {
  readonly source: FleetSource;
  /** null: the one that precedes. */
  readonly form: FleetFormName | null;
  readonly useCache: boolean;
  readonly signal: AbortSignal;
}

export interface TagsRequest {
  readonly source: FleetSource;
  readonly hosts: readonly FleetMember[];
  /** Processes at once. */
  readonly workers: number;
  readonly signal: AbortSignal;
}

export interface EvaluateRequest {
  readonly source: FleetSource;
  readonly hosts: readonly FleetMember[];
  readonly useCache: boolean;
  /** Answer only what is known from before, and nothing of the others. */
  readonly onlyKept?: boolean;
  readonly workers: number;
  /** Hosts that one process may evaluate; as many as are worth it unless told. */
  readonly mostPerProcess?: number;
  readonly signal: AbortSignal;
  /** Called once a host, as soon as it is known. One broken host fails alone. */
  readonly onHost: (name: HostName, result: EvaluatedHost | FlotillaError) => void;
  readonly onLog: (name: HostName, line: string) => void;
}

/** One profile of one host, as something to build. */
export interface BuildItem {
  /** Unique in the request; the name of its gc root. */
  readonly name: string;
  readonly host: HostName;
  readonly derivation: DerivationPath;
  readonly path: StorePath;
}

export interface BuildRequest {
  readonly items: readonly BuildItem[];
  /** Where to build: here, or in another store (the target's or a build host's). */
  readonly on:
    | { readonly kind: "local" }
    | {
        readonly kind: "remote";
        readonly authority: string;
        readonly environment: Readonly<Record<string, string>>;
        /** As for a copy. */
        readonly root?: string;
      };
  /** Directory for gc roots, one link an item; null: no roots. Only for local builds. */
  readonly roots: string | null;
  readonly maxJobs: number | null;
  readonly signal: AbortSignal;
  /** Called once an item: when it exists, or when it cannot. */
  readonly onItem: (item: BuildItem, result: "built" | FlotillaError) => void;
  readonly onProgress: (progress: { done: number; expected: number; running: readonly string[] }) => void;
  readonly onLog: (derivation: string, line: string) => void;
}

export interface CopyRequest {
  readonly paths: readonly StorePath[];
  /** Of the target, from Connection.nix. */
  readonly authority: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Words that make the login user root there, when it is not: the store is then served by root's own nix-daemon. [] for root. */
  readonly elevation: readonly string[];
  /** Where the file system is mounted that gets them, as in an installer; absent: the machine's own store. */
  readonly root?: string;
  /** Further settings of the store there, by their names in Nix's manual. */
  readonly storeSettings?: readonly (readonly [name: string, value: string])[];
  /** The store that is copied from; absent: the one here. */
  readonly from?: string;
  readonly substituteOnDestination: boolean;
  /** false: paths without a trusted signature are sent as well; whether the host takes them is its daemon's decision. */
  readonly checkSignatures: boolean;
  /** File of the secret key that all of it is signed with before it is sent; absent: with none. Nix alone reads it. */
  readonly signingKey?: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { done: number; expected: number; unit: "bytes" | "paths" }) => void;
  readonly onLog: (line: string) => void;
}

export interface FetchRequest {
  /** Of its gc root. */
  readonly name: string;
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
  configurationFile(reference: string, signal: AbortSignal): Promise<ConfigurationFile>;
  outline(request: OutlineRequest): Promise<FleetOutline>;
  evaluate(request: EvaluateRequest): Promise<void>;
  /** The tags of hosts and nothing else; null: it has no settings of its own. One that is not in it has to be evaluated. */
  tags(request: TagsRequest): Promise<ReadonlyMap<HostName, readonly string[] | null>>;
  build(request: BuildRequest): Promise<void>;
  copy(request: CopyRequest): Promise<void>;
  /** The other way: from a build machine to here. */
  fetch(request: FetchRequest): Promise<void>;
  /** Everything that a path needs, itself included. Rejects with E_COPY when it is not in that store. */
  closure(request: ClosureRequest): Promise<readonly ClosurePath[]>;
}
