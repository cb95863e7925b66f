// Where a fleet is written down: a flake, locked once, or a file of Nix. Every later step of a run uses this one.

export interface LockedFlake {
  readonly kind: "flake";
  /** As the operator gave it or as it was found, e.g. git+file:///home/ana/infra. */
  readonly reference: string;
  /** What is evaluated: locked where the tree is clean. */
  readonly locked: string;
  /** The same for the same content; a dirty tree gets another one with each edit, and so does every look at content Nix cannot tell. */
  readonly fingerprint: string;
  readonly revision: string | null;
  readonly dirty: boolean;
  /** Its directory on this machine, where it has one. */
  readonly directory: string | null;
}

/** A hive.nix or the like. What it reads nobody can tell beforehand, so nothing that it says is kept between runs. */
export interface ConfigurationFile {
  readonly kind: "file";
  /** As the operator gave it or as it was found. */
  readonly reference: string;
  /** Absolute; a directory means its default.nix. */
  readonly path: string;
  readonly revision: string | null;
  readonly dirty: boolean;
  readonly directory: string;
}

export type FleetSource = LockedFlake | ConfigurationFile;
