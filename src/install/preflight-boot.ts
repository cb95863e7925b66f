// Whether what is installed will boot on this machine: its loader against the firmware and the partitions of the layout.
import type { Content, DiskLayout } from "../disk/layout.ts";
import type { HostInstallation } from "./host-installation.ts";
import type { MachineFacts } from "./machine-facts.ts";
import type { Preflight, Remark } from "./preflight.ts";

/** sgdisk's code and the GUID of the partition that GRUB's second half lies in under BIOS. */
const biosBoot: ReadonlySet<string> = new Set(["ef02", "21686148-6449-6e6f-744e-656564454649"]);

export function preflightBoot(facts: MachineFacts, installation: HostInstallation): Preflight {
  const { layout } = installation;
  return {
    refusals: [
      ...firmwareRemarks(facts, installation),
      ...secureBootRefusals(facts, installation),
      ...(layout === null ? [] : layoutRemarks(facts, installation, layout)),
    ],
    warnings: secureBootWarnings(facts, installation),
  };
}

function firmwareRemarks({ firmware }: MachineFacts, { boot }: HostInstallation): readonly Remark[] {
  const { efi, grubDevices, loader } = boot;
  const isEfi = firmware === "efi";
  const started = isEfi ? "it was started by EFI" : "it was started without EFI";
  switch (loader) {
    case "systemd-boot":
      if (isEfi) return [];
      return [
        {
          message: `${started}, and the host's loader is systemd-boot, which needs it`,
          hint: "start the machine by EFI, if its firmware or provider can, or set boot.loader.grub.enable and boot.loader.grub.device",
        },
      ];
    case "grub":
      if (isEfi && !efi) {
        return [
          {
            message: `${started}, and the host's GRUB is made for BIOS`,
            hint: "set boot.loader.grub.efiSupport with an EFI system partition in the layout, or start the machine by BIOS",
          },
        ];
      }
      // GRUB for both is put into the disks too.
      if (isEfi || grubDevices.length > 0) return [];
      return [
        {
          message: efi
            ? `${started}, and the host's GRUB is made for EFI alone`
            : "no disk is named that GRUB is to be put into",
          hint: "set boot.loader.grub.devices, with a partition of type EF02 in the layout",
        },
      ];
    case "extlinux":
    case "none":
    case "other":
      return [];
  }
}

/** Nothing that NixOS's usual loaders install is signed. Other loaders may know better. */
const isUnsigned = ({ boot }: HostInstallation): boolean => boot.loader === "systemd-boot" || boot.loader === "grub";

const secureBootRemark: Remark = {
  message: "Secure Boot is on: its firmware would not start the installed system, whose loader is not signed",
  hint: "turn it off in the firmware's set-up or at the provider",
};

const secureBootRefusals = ({ secureBoot }: MachineFacts, installation: HostInstallation): readonly Remark[] =>
  secureBoot === true && isUnsigned(installation) ? [secureBootRemark] : [];

const secureBootWarnings = ({ secureBoot }: MachineFacts, installation: HostInstallation): readonly Remark[] =>
  secureBoot === true && !isUnsigned(installation)
    ? [
        {
          message: "Secure Boot is on",
          hint: "the installed system's loader has to be signed with a key that the firmware knows",
        },
      ]
    : [];

function layoutRemarks(
  { firmware }: MachineFacts,
  installation: HostInstallation,
  layout: DiskLayout,
): readonly Remark[] {
  const { boot, hostId } = installation;
  const mountpoints = mountpointsOf(layout);
  const remarks: Remark[] = [];
  if (!mountpoints.has("/")) {
    remarks.push({
      message: "the layout mounts nothing on /",
      hint: 'give a file system, a subvolume, a dataset or a tmpfs of it mountpoint = "/"',
    });
  }
  const wantsEsp = boot.loader === "systemd-boot" || (boot.loader === "grub" && boot.efi && firmware === "efi");
  if (wantsEsp && !mountpoints.has(boot.efiMountPoint)) {
    remarks.push({
      message: `the loader wants its EFI system partition on ${boot.efiMountPoint}, where the layout mounts nothing`,
      hint: `add one: type = "EF00", content = { type = "filesystem"; format = "vfat"; mountpoint = "${boot.efiMountPoint}"; }`,
    });
  }
  if (boot.loader === "grub" && boot.grubDevices.length > 0 && firmware !== "efi" && !hasPlaceForGrub(layout)) {
    remarks.push({
      message: "GRUB under BIOS needs a place on a GPT disk, and the layout has none",
      hint: 'add a partition of type = "EF02" and size = "1M" to the disk that it boots from',
    });
  }
  if (Object.keys(layout.zpool).length > 0 && hostId === null) {
    remarks.push({
      message: "the layout has ZFS pools, and networking.hostId is not set: the installed system would not import them",
      hint: "set networking.hostId to eight hexadecimal digits of the host's own",
    });
  }
  return remarks;
}

/** Everything in a layout that says where it is mounted, however deep. */
function mountpointsOf(layout: DiskLayout): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === "mountpoint" && typeof inner === "string") found.add(inner);
      else visit(inner);
    }
  };
  visit(layout);
  return found;
}

/** A GPT with the partition for it, or a table of the old kind, where it lies before the first partition. */
function hasPlaceForGrub({ disk }: DiskLayout): boolean {
  const hasPlace = (content: Content | null): boolean => {
    switch (content?.type) {
      case "gpt":
        return Object.values(content.partitions).some(({ type }) => biosBoot.has(type.toLowerCase()));
      case "table":
        return content.format === "msdos" || content.partitions.some(({ flags }) => flags.includes("bios_grub"));
      case undefined:
      case "filesystem":
      case "btrfs":
      case "swap":
      case "luks":
      case "lvm_pv":
      case "mdraid":
      case "zfs":
      case "bcachefs":
        return false;
    }
  };
  return Object.values(disk).some(({ content }) => hasPlace(content));
}
