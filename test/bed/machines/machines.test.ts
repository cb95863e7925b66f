// The bed of real machines itself: from any Linux by kexec into the installer, by hand onto an empty disk layout, and from there into the
// installed system, by EFI and by BIOS. What a test of flotilla relies on, without flotilla.
import { createReadStream } from "node:fs";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestBed } from "../test-bed.ts";
import { machineImages } from "./machine-images.ts";
import { Machine } from "./machine.ts";

let bed: TestBed;

beforeAll(async () => {
  bed = await TestBed.create();
});

afterAll(async () => {
  await bed?.destroy();
});

/** A configuration of the stand-in's `lib.nixosSystem`, built. */
async function buildInstalled(name: string, module: string): Promise<string> {
  const key = await bed.access.publicKey();
  const nixpkgs = `(import ${import.meta.dirname}/../nixpkgs)`;
  const common = `{
    bed.machine.enable = true;
    networking.hostName = "${name}";
    services.openssh.enable = true;
    users.users.root.openssh.authorizedKeys.keys = [ "${key}" ];
    users.users.ada = { isNormalUser = true; extraGroups = [ "wheel" ]; openssh.authorizedKeys.keys = [ "${key}" ]; };
    security.sudo.wheelNeedsPassword = false;
  }`;
  const system = `${nixpkgs}.lib.nixosSystem { system = "x86_64-linux"; modules = [ ${common} (${module}) ]; }`;
  return bed.build(`(${system}).config.system.build.toplevel`, { args: ["--impure", "--expr"], deadline: 300_000 });
}

/** Runs on the machine; the test fails with what it wrote when that fails. */
async function must(machine: Machine, command: string, deadline = 300_000): Promise<string> {
  const { exitCode, stdout, stderr } = await machine.ssh(command, { deadline });
  expect({ command, exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ command, exitCode: 0, stderr: "" });
  return stdout;
}

async function jumpIntoInstaller(machine: Machine): Promise<void> {
  const ssh = ["-F", bed.access.configFile, machine.name, "tar -C /root -xzf -"];
  await execa("ssh", ssh, { input: createReadStream(machineImages().kexecTarball), timeout: 300_000 });
  expect(await must(machine, "/root/kexec/run")).toContain("machine will boot into nixos");
  expect(await machine.waitUntilUp("installer", { deadline: 400_000 })).toBe("running");
}

async function install(machine: Machine, toplevel: string): Promise<void> {
  const store = `ssh-ng://root@${machine.name}?remote-store=local%3Froot=/mnt`;
  const copied = await bed.controller.run(["nix", "copy", "--no-check-sigs", "--to", store, toplevel], {
    deadline: 400_000,
  });
  expect(copied).toMatchObject({ exitCode: 0 });
  await must(machine, `nixos-install --no-root-passwd --no-channel-copy --system ${toplevel}`, 400_000);
  // The installed system is known by the host key that the Debian had.
  await must(machine, "install -m 0600 /etc/ssh/ssh_host_ed25519_key /mnt/etc/ssh/");
  await must(machine, "umount -R /mnt && (sleep 1; reboot) >/dev/null 2>&1 &");
  expect(await machine.waitUntilUp("installed", { deadline: 400_000 })).toBe("running");
  expect(await must(machine, "readlink -f /run/current-system /run/booted-system")).toBe(`${toplevel}\n${toplevel}`);
}

// A minute and a half each on a quiet machine; one that has much else to do takes many times as long.
describe.concurrent("any Linux becomes NixOS", { timeout: 1_800_000 }, () => {
  test("by EFI, from systemd-boot", async () => {
    const module = `{
      boot.loader.systemd-boot.enable = true;
      boot.loader.efi.canTouchEfiVariables = true;
      fileSystems."/" = { device = "/dev/disk/by-partlabel/root"; fsType = "ext4"; };
      fileSystems."/boot" = { device = "/dev/disk/by-partlabel/ESP"; fsType = "vfat"; options = [ "umask=0077" ]; };
    }`;
    const machine = await Machine.create(bed, "efi", { from: "debian", firmware: "efi" });
    const [toplevel] = await Promise.all([buildInstalled("efi", module), machine.start()]);
    await jumpIntoInstaller(machine);
    await must(
      machine,
      `set -e
      sgdisk --zap-all /dev/vda && sgdisk -n1:0:+512M -t1:EF00 -c1:ESP -n2:0:0 -c2:root /dev/vda
      partprobe /dev/vda && udevadm settle
      mkfs.vfat -F 32 /dev/disk/by-partlabel/ESP && mkfs.ext4 -qF /dev/disk/by-partlabel/root
      mount /dev/disk/by-partlabel/root /mnt && mkdir /mnt/boot && mount /dev/disk/by-partlabel/ESP /mnt/boot`,
    );
    await install(machine, toplevel);
    expect(await must(machine, "bootctl list --json=short")).toContain("nixos-generation-1.conf");
    const { stdout } = await machine.ssh("systemctl show -P ActiveState sshd nix-daemon.socket boot.mount");
    expect(stdout.split("\n").filter(Boolean)).toEqual(["active", "active", "active"]);
    expect(await must(machine, "su ada -c 'sudo id -u'")).toBe("0");
  });

  test("by BIOS, from GRUB", async () => {
    const module = `{
      boot.loader.grub.enable = true;
      boot.loader.grub.devices = [ "/dev/disk/by-id/virtio-TARGET" ];
      fileSystems."/" = { device = "/dev/disk/by-partlabel/root"; fsType = "ext4"; };
    }`;
    const machine = await Machine.create(bed, "bios", { from: "installer", firmware: "bios", disks: ["8G:TARGET"] });
    const [toplevel] = await Promise.all([buildInstalled("bios", module), machine.start()]);
    await must(
      machine,
      `set -e
      disk=/dev/disk/by-id/virtio-TARGET
      sgdisk -n1:0:+1M -t1:EF02 -n2:0:0 -c2:root $disk
      partprobe $disk && udevadm settle
      mkfs.ext4 -qF /dev/disk/by-partlabel/root
      mount /dev/disk/by-partlabel/root /mnt`,
    );
    await install(machine, toplevel);
    await machine.pullPower();
    await machine.start();
    expect(await machine.waitUntilUp("installed", { deadline: 400_000 })).toBe("running");
  });
});
