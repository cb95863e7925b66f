// A flake whose hosts are real machines of a bed: configurations with disks and a boot loader, for installs.
import { join } from "node:path";
import { bedFile } from "../bed/places.ts";
import type { TestBed } from "../bed/test-bed.ts";

/** The repository. */
const root = join(import.meta.dirname, "..", "..");

export interface MachineWish {
  /** The value of disko.devices. */
  readonly disks: string;
  /** Further settings, as a NixOS module's body. */
  readonly module?: string;
}

/** The flake, which is evaluated with --impure: the stand-in for nixpkgs and our own modules are where they are. */
export async function fleetOfMachines(
  bed: Pick<TestBed, "access">,
  wishes: Readonly<Record<string, MachineWish>>,
): Promise<string> {
  const key = await bed.access.publicKey();
  const hosts = Object.entries(wishes).map(
    ([name, { disks, module = "" }]) => `
      "${name}" = host {
        networking.hostName = "${name}";
        disko.devices = ${disks};
        ${module}
      };`,
  );
  return `{
    outputs = { self }:
      let
        nixpkgs = import ${bedFile("nixpkgs")};
        host = module: nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ${root}/nix/modules/deployment.nix
            ${root}/nix/modules/disks.nix
            {
              bed.machine.enable = true;
              # A login takes its time where several machines are emulated at once.
              deployment.rollback.confirmTimeout = 300;
              services.openssh.enable = true;
              users.users.root.openssh.authorizedKeys.keys = [ "${key}" ];
            }
            module
          ];
        };
      in
      {
        nixosConfigurations = {${hosts.join("")}
        };
      };
  }
`;
}

/** What systemd-boot wants, and one root. */
export const simpleEfi = (device: string): MachineWish => ({
  disks: `{
    disk.main = {
      device = "${device}";
      type = "disk";
      content = {
        type = "gpt";
        partitions = {
          ESP = {
            size = "500M";
            type = "EF00";
            content = { type = "filesystem"; format = "vfat"; mountpoint = "/boot"; mountOptions = [ "umask=0077" ]; };
          };
          root = {
            size = "100%";
            content = { type = "filesystem"; format = "ext4"; mountpoint = "/"; };
          };
        };
      };
    };
  }`,
  module: "boot.loader.systemd-boot.enable = true; boot.loader.efi.canTouchEfiVariables = true;",
});
