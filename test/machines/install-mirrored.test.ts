// `flotilla install` on a machine of the other kind: BIOS, two disks, an installer that lets in a user with sudo, as NixOS's own
// does. The disks become mirrors, encrypted with a key that comes along, and the machine boots from them by itself.
import { afterAll, beforeAll, expect, test } from "vitest";
import { Machine } from "../bed/machines/machine.ts";
import { TestBed } from "../bed/test-bed.ts";
import { endsOf, Operator } from "../journey/operator.ts";
import { fleetOfMachines, type MachineWish } from "./fleet-of-machines.ts";

let bed: TestBed;

beforeAll(async () => {
  bed = await TestBed.create();
});
afterAll(async () => {
  await bed?.destroy();
});

const deadline = 1_200_000;
const [one, two] = ["/dev/disk/by-id/virtio-main", "/dev/disk/by-id/virtio-second"];

const mirrored: MachineWish = {
  disks: `
    let
      half = device: {
        inherit device;
        type = "disk";
        content = {
          type = "gpt";
          partitions = {
            grub = { size = "1M"; type = "EF02"; };
            boot = { size = "512M"; content = { type = "mdraid"; name = "boot"; }; };
            system = { size = "3G"; content = { type = "mdraid"; name = "system"; }; };
          };
        };
      };
    in
    {
      disk = { one = half "${one}"; two = half "${two}"; };
      mdadm = {
        boot = {
          type = "mdadm";
          level = 1;
          metadata = "1.0";
          content = { type = "filesystem"; format = "ext4"; mountpoint = "/boot"; };
        };
        system = {
          type = "mdadm";
          level = 1;
          # Gigabytes of nothing need not be copied.
          extraArgs = [ "--assume-clean" ];
          content = {
            type = "luks";
            name = "crypted";
            settings = { keyFile = "/etc/disk.key"; allowDiscards = true; };
            content = { type = "lvm_pv"; vg = "pool"; };
          };
        };
      };
      lvm_vg.pool = {
        type = "lvm_vg";
        lvs = {
          root = { size = "100%FREE"; content = { type = "filesystem"; format = "ext4"; mountpoint = "/"; }; };
          swap = { size = "256M"; content.type = "swap"; };
        };
      };
    }`,
  // GRUB reads the key into the initrd from the new system, where --extra-files puts it.
  module: `
    boot.loader.grub.enable = true;
    boot.loader.grub.devices = [ "${one}" "${two}" ];
    boot.initrd.secrets."/etc/disk.key" = null;
  `,
};

/** The user of NixOS's installers, who lets in whoever could log in as root here. Nobody can any more. */
const userOfInstaller = `set -e
  echo "127.0.0.2 $(cat /proc/sys/kernel/hostname)" >>/etc/hosts
  useradd --create-home --shell /bin/bash nixos
  echo 'nixos ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/nixos
  install -d -m 0700 -o nixos -g nixos ~nixos/.ssh
  install -m 0600 -o nixos -g nixos /root/.ssh/authorized_keys ~nixos/.ssh/authorized_keys
  rm /root/.ssh/authorized_keys`;

test("an installer's user with sudo installs a host that boots from encrypted mirrors", async () => {
  const machine = await Machine.create(bed, "web", { from: "installer", firmware: "bios", disks: ["4G", "4G:second"] });
  const ana = await Operator.create(bed, "ana");
  await ana.write("flake.nix", await fleetOfMachines(bed, { web: mirrored }));
  const key = "as it is,\nwithout a newline at its end";
  await ana.write("disk.key", key);
  await ana.write("extra/etc/disk.key", key);
  await ana.write("extra/home/ada/of a name that is longer than a column/key", "");
  await machine.start();
  expect(await machine.ssh(userOfInstaller)).toMatchObject({ exitCode: 0 });
  const hostKey = await machine.scanHostKey();

  const disks = ["--wipe", `one=${one}`, "--wipe", `two=${two}`, "--disk-encryption-keys", "/etc/disk.key", "disk.key"];
  const files = ["--extra-files", "extra", "--chown", "/home/ada", "1000:100", "--copy-host-keys"];
  const install = ["install", "web", "--impure", "--json", "--target", `nixos@${machine.name}`, ...disks, ...files];
  const ended = await ana.flotilla(install, { deadline });
  expect({ ...endsOf(ended), stderr: ended.stderr }).toMatchObject({ exit: 0, web: "installed" });

  expect(await machine.scanHostKey()).toBe(hostKey);
  const look = [
    "findmnt -no SOURCE /",
    "findmnt -no SOURCE /boot",
    "cat /sys/block/md*/md/degraded",
    "tail -n +2 /proc/swaps | wc -l",
    "stat -c '%u:%g' '/home/ada/of a name that is longer than a column/key' /etc/disk.key",
    "cryptsetup status crypted | grep -o discards",
  ].join("; ");
  const { stdout } = await machine.ssh(look, { deadline: 60_000 });
  expect(stdout).toMatch(/^\/dev\/(?:mapper\/pool-|pool\/)root\n\/dev\/md\S+\n0\n0\n1\n1000:100\n0:0\ndiscards$/u);
});
