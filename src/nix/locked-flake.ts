// A flake, locked once; every later step of a run uses this one reference.

export interface LockedFlake {
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
