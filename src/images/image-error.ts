// Why an image would be of no use, in the words of whoever can change it.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { ImageProblem } from "../nix/evaluate-image.ts";

/** @param detail what nix/images/image.nix found in place of what an image needs */
export function imageError(
  host: HostName,
  deployer: string | null,
  { detail, problem }: { readonly problem: ImageProblem; readonly detail: string | null },
): FlotillaError {
  const [message, hint] = wordsOf(problem, detail, deployer);
  return new FlotillaError("E_IMAGE", `${host}: ${message}`, { host, hint });
}

function wordsOf(
  problem: ImageProblem,
  detail: string | null,
  deployer: string | null,
): readonly [message: string, hint: string] {
  const users = deployer === null || deployer === "root" ? "root" : `root or ${deployer}`;
  switch (problem) {
    case "no-keys":
      return [
        `nobody could log in to the installer: the configuration has no public key of ${users}`,
        "set users.users.root.openssh.authorizedKeys.keys, or name a file with public keys: --authorized-keys ~/.ssh/id_ed25519.pub",
      ];
    case "no-way-in":
      return [
        "nobody could log in to the machine: no user has a password, and none that sshd lets in has a public key",
        "set services.openssh.enable and users.users.root.openssh.authorizedKeys.keys",
      ];
    case "no-file-systems":
      return [
        `its root file system is ${detail === null ? "not declared" : `on ${detail}`}; an image without a layout has it on /dev/disk/by-label/nixos`,
        'declare its disks in disko.devices, or set fileSystems."/".device = "/dev/disk/by-label/nixos"',
      ];
    case "no-image-builder":
      return [
        "it declares its disks by flotilla's module, which writes disks of machines and makes no images of them",
        "import disko's own module, whose image builder is then used; or boot a machine from `flotilla image iso` and install it",
      ];
    case "no-boot-loader":
      return [
        "it has no boot loader that an image could start by",
        "set boot.loader.systemd-boot.enable or boot.loader.grub.enable",
      ];
  }
}
