// What is known of a machine before anything is done to it: asked by one script (install/facts.sh) that any Linux can run.
import type { MachineDisks } from "../disk/machine-disks.ts";

export interface MachineFacts {
  readonly operatingSystem: {
    /** ID of os-release: debian, nixos, … */
    readonly id: string;
    readonly name: string;
    /** An installer: ID nixos and VARIANT_ID installer, as nixos-images and nixpkgs' own media have it. */
    readonly isInstaller: boolean;
    readonly isNixos: boolean;
  };
  /** uname -m. */
  readonly architecture: string;
  readonly kernel: string;
  readonly hostname: string;
  readonly bootId: string;
  readonly machineId: string | null;
  readonly virtualization: string | null;
  readonly isContainer: boolean;
  readonly loginUser: string;
  /** Words that make the login user root: [] for root, null where none do. */
  readonly elevation: readonly string[] | null;
  readonly memory: { readonly total: number; readonly available: number; readonly swap: number };
  readonly firmware: "efi" | "bios" | "other";
  /** null: unknown, or no EFI. */
  readonly secureBoot: boolean | null;
  readonly kexec: {
    readonly allowed: boolean;
    /** Why not: kernel.kexec_load_disabled, lockdown, a container, no support in the kernel. */
    readonly why: string | null;
  };
  /** Programs that are there, of those that an install could want. */
  readonly programs: readonly string[];
  /** Bytes free where the login user's home is, and in /tmp. */
  readonly freeSpace: { readonly home: number; readonly temporary: number };
  /** Seconds that its clock is ahead of ours. */
  readonly clockSkew: number;
  /** The public host keys of its sshd, as lines of known_hosts without the name. */
  readonly hostKeys: readonly string[];
  readonly network: MachineNetwork;
  readonly disks: MachineDisks;
}

/** Enough of it to write the same again as files of systemd-networkd. */
export interface MachineNetwork {
  readonly links: readonly NetworkLink[];
  readonly routes: readonly NetworkRoute[];
  readonly nameservers: readonly string[];
  readonly searchDomains: readonly string[];
  /** Who asks for its addresses: whether a lease is asked for in the same words again depends on it. */
  readonly manager: "systemd-networkd" | "other";
  /** There are rules beside the kernel's own, or more tables than main: not read any further. */
  readonly policyRouting: boolean;
  /** The addresses of the ssh session itself: of the machine with its sshd's own port, and of the operator as it sees them. */
  readonly session: { readonly local: string; readonly port: number; readonly remote: string } | null;
}

export interface NetworkLink {
  readonly name: string;
  readonly kind: "ethernet" | "vlan" | "bond" | "bridge" | "other";
  readonly mac: string | null;
  readonly permanentMac: string | null;
  readonly mtu: number;
  readonly up: boolean;
  /** The bond or bridge that it is a port of. */
  readonly master: string | null;
  readonly vlan: { readonly id: number; readonly parent: string } | null;
  readonly bond: {
    readonly mode: string;
    readonly miimon: number | null;
    readonly lacpRate: string | null;
    readonly xmitHashPolicy: string | null;
  } | null;
  readonly addresses: readonly {
    readonly address: string;
    readonly prefix: number;
    /** The other end of a point-to-point link. */
    readonly peer: string | null;
    /** Came by DHCP or a router's announcement, and goes again. */
    readonly dynamic: boolean;
  }[];
}

export interface NetworkRoute {
  /** "default" or address/prefix. */
  readonly destination: string;
  readonly gateway: string | null;
  readonly link: string;
  readonly metric: number | null;
  readonly family: 4 | 6;
  /** static, dhcp, ra, kernel, boot … */
  readonly protocol: string;
  readonly onLink: boolean;
  readonly source: string | null;
}
