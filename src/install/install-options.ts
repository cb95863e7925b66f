// What an operator may say of an install: validated, typed, the same for every host of a run but for what is keyed by host.
import type { DevicePath } from "../disk/machine-disks.ts";
import type { Secret } from "../domain/secret.ts";
import type { StorePath } from "../domain/store-path.ts";

export const installPhases = ["kexec", "disko", "install", "reboot"] as const;
export type InstallPhase = (typeof installPhases)[number];

export interface InstallOptions {
  readonly phases: readonly InstallPhase[];
  /** A URL, a file here, or a flake's own image; null: the one of nixos-images for the machine's architecture. */
  readonly kexec: string | null;
  /** What the image's sha256 must be, in hex; null: what lies beside the image as FILE.sha256 or URL.sha256, if anything. */
  readonly kexecSha256: string | null;
  readonly kexecExtraFlags: string;
  /** Whose way the machine's network is carried into the installer; auto: ours where the image's own would lose some of it. */
  readonly kexecNetwork: "auto" | "stock" | "flotilla";
  /** Milliseconds that the machine may take to answer as an installer. */
  readonly kexecTimeout: number;
  readonly forceKexec: boolean;
  /** The port of the installer's sshd, where it is another. */
  readonly postKexecPort: number | null;
  readonly diskEngine: "disko" | "flotilla" | null;
  readonly diskoMode: "disko" | "format" | "mount";
  /** Send disko's script without the programs that it names, and use the installer's. */
  readonly diskoDeps: boolean;
  /** Disks that may be wiped, by their name in the layout: the device that the operator means by it. */
  readonly wipe: ReadonlyMap<string, DevicePath>;
  /** All disks that the layout names; for scripts. */
  readonly wipeAll: boolean;
  readonly extraFiles: string | null;
  readonly chown: readonly { readonly path: string; readonly owner: string }[];
  readonly copyHostKeys: boolean;
  /** A file here with the private key that the installed system is to have as its own. */
  readonly hostKey: string | null;
  readonly diskEncryptionKeys: readonly { readonly remote: string; readonly local: string }[];
  readonly hardwareConfig: { readonly by: "nixos-generate-config" | "nixos-facter"; readonly path: string } | null;
  readonly buildOn: "auto" | "local" | "remote";
  /** Installed as they are; nothing is evaluated. */
  readonly storePaths: { readonly disko: StorePath; readonly system: StorePath } | null;
  readonly substituteOnDestination: boolean;
  readonly useMachineSubstituters: boolean;
  readonly printBuildLogs: boolean;
  /** The login's password, from SSHPASS; it is given to ssh alone. */
  readonly loginPassword: Secret | null;
}
