// What is opened and mounted, in which order, and taken back.
import { expect, test } from "vitest";
import { DiskLayout } from "./layout.ts";
import { layoutMounts } from "./layout-mounts.ts";
import { mountSteps } from "./mount-steps.ts";
import { unmountSteps } from "./unmount-steps.ts";

const filesystem = (device: string, mountpoint: string | null, more: object = {}): object => ({
  type: "filesystem",
  device,
  format: "ext4",
  mountpoint,
  ...more,
});
const partition = (name: string, content: object): object => ({
  name,
  type: "8300",
  size: "1G",
  start: "0",
  end: "+1G",
  alignment: 0,
  priority: 1000,
  label: `disk-main-${name}`,
  device: `/dev/disk/by-partlabel/disk-main-${name}`,
  content,
});
const luks = (device: string, name: string, content: object): object => ({
  type: "luks",
  device,
  name,
  askPassword: false,
  settings: { keyFile: `/tmp/${name}.key`, allowDiscards: true },
  content,
});
const disk = (name: string, partitions: Readonly<Record<string, object>>): object => ({
  name,
  device: `/dev/${name}`,
  imageName: name,
  content: {
    type: "gpt",
    device: `/dev/${name}`,
    partitions: Object.fromEntries(Object.entries(partitions).map(([key, content]) => [key, partition(key, content)])),
  },
});

/** Two LUKS on one disk, and a third on a logical volume within one of them: what disko opens one of. */
const nested = DiskLayout.parse({
  disk: {
    main: disk("main", {
      ESP: filesystem("/dev/disk/by-partlabel/disk-main-ESP", "/boot"),
      home: luks("/dev/p-home", "home", filesystem("/dev/mapper/home", "/home")),
      pool: luks("/dev/p-pool", "crypted", { type: "lvm_pv", device: "/dev/mapper/crypted", vg: "pool" }),
      swap: { type: "swap", device: "/dev/p-swap", priority: 5, discardPolicy: "both" },
    }),
  },
  lvm_vg: {
    pool: {
      name: "pool",
      lvs: {
        root: {
          name: "root",
          size: "10G",
          priority: 1000,
          content: filesystem("/dev/pool/root", "/", { preMountHook: "echo before", postMountHook: "echo after" }),
        },
        secret: {
          name: "secret",
          size: "1G",
          priority: 1000,
          content: luks("/dev/pool/secret", "secret", filesystem("/dev/mapper/secret", "/home/secret")),
        },
      },
    },
  },
  nodev: {
    "/tmp": { fsType: "tmpfs", device: "tmpfs", mountpoint: "/tmp", mountOptions: ["size=200M"] },
    "/a": { fsType: "none", device: "/home/a", mountpoint: "/a", mountOptions: ["bind"] },
  },
});

test("everything is opened, however deep, before it is mounted, each below what it lies in", () => {
  expect(mountSteps(nested, "/mnt").map(({ title }) => title)).toEqual([
    "open /dev/p-home as home",
    "open /dev/p-pool as crypted",
    "activate the volume group pool",
    "open /dev/pool/secret as secret",
    "run your lines before mounting filesystem /dev/pool/root",
    "mount /dev/pool/root on /mnt",
    "run your lines after mounting filesystem /dev/pool/root",
    "mount /dev/disk/by-partlabel/disk-main-ESP on /mnt/boot",
    "mount /dev/mapper/home on /mnt/home",
    "mount /home/a on /mnt/a",
    "mount /dev/mapper/secret on /mnt/home/secret",
    "mount tmpfs on /mnt/tmp",
    "swap to /dev/p-swap",
  ]);
});

test("unmounting is the reverse", () => {
  expect(unmountSteps(nested, "/mnt").map(({ title }) => title)).toEqual([
    "stop swapping to /dev/p-swap",
    "unmount /mnt/tmp",
    "unmount /mnt/home/secret",
    "unmount /mnt/a",
    "unmount /mnt/home",
    "unmount /mnt/boot",
    "unmount /mnt",
    "close secret",
    "deactivate the volume group pool",
    "close crypted",
    "close home",
  ]);
});

test("commands", () => {
  const commands = mountSteps(nested, "/mnt").flatMap(({ commands }) => commands);
  expect(commands).toContain(
    "open_as home /dev/p-home cryptsetup open /dev/p-home home --allow-discards --key-file /tmp/home.key",
  );
  expect(commands).toContain("activate pool");
  expect(commands).toContain("mount_at /mnt/home /dev/mapper/home ext4 defaults");
  expect(commands).toContain("mount_again /mnt/a /mnt/home/a none bind");
  expect(commands).toContain("mount_again /mnt/tmp tmpfs tmpfs 'size=200M'");
  expect(commands).toContain("swap_on /dev/p-swap --discard '--priority=5' '--options=defaults'");
});

test("subvolumes, swap files in them, arrays, pools with their keys", () => {
  const layout = DiskLayout.parse({
    disk: {
      main: disk("main", {
        a: { type: "mdraid", device: "/dev/a", name: "data" },
        b: { type: "mdraid", device: "/dev/b", name: "data" },
        c: { type: "zfs", device: "/dev/c", pool: "tank" },
      }),
    },
    mdadm: {
      data: {
        name: "data",
        content: {
          type: "btrfs",
          device: "/dev/md/data",
          subvolumes: {
            "@": { name: "@", mountpoint: "/", mountOptions: ["compress=zstd"] },
            "@swap": { name: "@swap", mountpoint: "/.swap", swap: { file: { size: "1G", path: "file", priority: 3 } } },
            "@none": { name: "@none" },
          },
        },
      },
    },
    zpool: {
      tank: {
        name: "tank",
        rootFsOptions: { mountpoint: "none" },
        mountpoint: "/tank",
        datasets: {
          home: {
            type: "zfs_fs",
            name: "home",
            mountpoint: "/home",
            options: { encryption: "on", keyformat: "passphrase", keylocation: "file:///tmp/zfs.key" },
          },
          old: { type: "zfs_fs", name: "old", mountpoint: "/old", options: { mountpoint: "legacy" } },
        },
      },
    },
  });
  expect(mountSteps(layout, "/mnt").flatMap(({ commands }) => commands)).toEqual([
    "assemble /dev/md/data /dev/a /dev/b",
    "import_pool tank /mnt /dev/c",
    "dataset_key tank/home zfs load-key -L file:///tmp/zfs.key tank/home",
    "mount_at /mnt /dev/md/data btrfs 'compress=zstd,subvol=@'",
    "mount_at /mnt/.swap /dev/md/data btrfs 'defaults,subvol=@swap'",
    "mount_at /mnt/home tank/home zfs defaults,zfsutil",
    "mount_at /mnt/old tank/old zfs defaults",
    "swap_on /mnt/.swap/file '--priority=3' '--options=defaults'",
  ]);
});

test("what would be mounted outside of the installed system is not", () => {
  const layout = DiskLayout.parse({ nodev: { x: { fsType: "tmpfs", device: "tmpfs", mountpoint: "/../etc" } } });
  expect(layoutMounts(layout)).toHaveLength(1);
  expect(() => mountSteps(layout, "/mnt")).toThrow("is no place");
});
