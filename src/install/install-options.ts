// What an operator may say of an install: validated, typed, the same for every host of a run but for what is keyed by host.
import type { DevicePath } from "../disk/machine-disks.ts";
import type { Secret } from "../domain/secret.ts";
import type { StorePath } from "../domain/store-path.ts";

export const installPhases = ["kexec", "disko", "install", "reboot"] as const;
export type InstallPhase = (typeof installPhases)[number];

/** How the machine is logged in to, as long as it is not yet what is installed. */
export interface InstallLogin {
  /** By host, as [user@]address[:port]; what is not in here is where its settings say. */
  readonly addresses: ReadonlyMap<string, string>;
  /** The address of the one host that is selected. */
  readonly address: string | null;
  /** Where the address has none. */
  readonly port: number | null;
  /** A file with a private key, or what is in one (SSH_PRIVATE_KEY). */
  readonly identity: { readonly file: string } | { readonly key: Secret } | null;
  /** Options of ssh, each as it follows -o. They come before what we prefer. */
  readonly sshOptions: readonly string[];
  /** The login's password, from SSHPASS; it is given to ssh alone. */
  readonly password: Secret | null;
}

export interface InstallOptions {
  readonly login: InstallLogin;
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
  /** Other devices for disks of the layout, by their name in it; what boots follows. */
  readonly disks: ReadonlyMap<string, DevicePath>;
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
  /** A store that the closures are copied from, in place of the one here. */
  readonly copyFrom: string | null;
  /** Settings in the URI of the machine's store, e.g. compress=true. */
  readonly storeSettings: readonly (readonly [name: string, value: string])[];
  /** Install also on a machine that runs what was installed as this host before. */
  readonly reinstall: boolean;
  /** Milliseconds that the installed system may take to answer. */
  readonly bootTimeout: number;
  /** Write the installed system's host key to the operator's known_hosts. */
  readonly updateKnownHosts: boolean;
  /** Have nixos-install leave out its checks (NIXOS_NO_CHECK). */
  readonly skipsChecks: boolean;
}
