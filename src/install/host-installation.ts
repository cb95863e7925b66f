// What one evaluation says of a host that is to be installed: its system, its disks, and what the system will boot with.
import type { DiskLayout } from "../disk/layout.ts";
import type { Host } from "../fleet/fleet.ts";
import type { DerivationPath, StorePath } from "../domain/store-path.ts";

export interface Built {
  readonly derivation: DerivationPath;
  readonly path: StorePath;
}

/** The scripts that disko makes of a layout; those its locked version has. */
export const diskoScriptNames = [
  "diskoScript",
  "formatScript",
  "mountScript",
  "diskoScriptNoDeps",
  "formatScriptNoDeps",
  "mountScriptNoDeps",
  "destroyFormatMount",
  "formatMount",
  "unmount",
] as const;
export type DiskoScriptName = (typeof diskoScriptNames)[number];

export interface HostInstallation {
  /** As every other run reads it: name, settings, platform, the system's derivation. */
  readonly host: Host;
  /** config.system.build.toplevel, also of a host whose profile holds something else, as deploy-rs's do. */
  readonly system: Built;
  /** null: the configuration declares no disks. */
  readonly layout: DiskLayout | null;
  /** Whose options declare them: disko's own module, ours, or a diskoConfigurations of the flake. */
  readonly layoutFrom: "disko" | "flotilla" | "diskoConfigurations" | null;
  readonly diskoScripts: Readonly<Partial<Record<DiskoScriptName, Built>>>;
  /** What hooks and key files of the layout name in the store: the installer has to have it before our own engine runs. */
  readonly layoutReferences: {
    readonly derivations: readonly DerivationPath[];
    /** All store paths in it, those that the derivations make among them. */
    readonly paths: readonly StorePath[];
  };
  /** disko.rootMountPoint: where the disks are mounted in the installer, /mnt unless it is set. */
  readonly mountPoint: string;
  readonly boot: {
    readonly loader: "systemd-boot" | "grub" | "extlinux" | "none" | "other";
    /** The loader is made for EFI. */
    readonly efi: boolean;
    readonly canTouchEfiVariables: boolean;
    /** GRUB is put where every firmware looks, so that no variable of it is needed. */
    readonly efiInstallAsRemovable: boolean;
    /** boot.loader.efi.efiSysMountPoint, /boot unless it is set: where the loader wants the EFI system partition. */
    readonly efiMountPoint: string;
    /** boot.loader.grub.devices and those of its mirroredBoots, without "nodev". */
    readonly grubDevices: readonly string[];
  };
  /** services.openssh.enable; null: the configuration does not have the option. */
  readonly sshEnabled: boolean | null;
  /** Public keys that may log in as the user that deploys log in as; null: not known. */
  readonly authorizedKeys: readonly string[] | null;
  /** services.openssh.hostKeys: where the installed system looks for its own keys. */
  readonly hostKeys: readonly { readonly path: string; readonly type: string }[];
  /** networking.hostId, which a root on ZFS needs. */
  readonly hostId: string | null;
  readonly substituters: readonly string[];
  readonly trustedPublicKeys: readonly string[];
}
