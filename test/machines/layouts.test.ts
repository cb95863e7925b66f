// Every kind of layout on a real machine: shown, made, mounted, found again after a power cut, broken on purpose, and changed while data lies on it.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endsOf } from "../journey/operator.ts";
import { byId, layoutDisks, LayoutsScene, wiping } from "./layouts/scene.ts";

let scene: LayoutsScene;
beforeAll(async () => {
  scene = await LayoutsScene.create();
});
afterAll(async () => {
  await scene?.destroy();
});

/** What settings.keyFile and additionalKeyFiles name; an installer has it in its memory. */
const keys = "mkdir -p -m 0700 /run/keys; printf one >/run/keys/first; printf two >/run/keys/second";

/** Tables with the UUIDs of partitions, what lies on them with its UUID, and which slots of LUKS have a key. */
const identities = `
  for disk in ${layoutDisks.map(byId).join(" ")}; do echo "$disk"; sfdisk --dump "$disk" | grep -v '^device:'; done
  for device in /dev/disk/by-partlabel/* /dev/mapper/[!c]* /dev/mapper/crypted-* /dev/md/*; do
    echo "$device $(blkid -p -o value -s TYPE -s UUID "$device" | tr '\\n' ' ')"
  done
  for encrypted in lvm btrfs; do cryptsetup luksDump /dev/disk/by-partlabel/disk-luks-$encrypted-luks | grep -E 'UUID|luks2$'; done`;

/** File systems of the layouts that keep what is written to them. */
const mounted = `sed -n 's,^[^ ]* \\(/mnt/[^ ]*\\) .*,\\1,p' /proc/mounts | grep -vx /mnt/tmpfs/tmp | sort`;
const mountpoints = [
  ["boot-raid1", "boot-raid1/boot"],
  ["btrfs", "btrfs/.swapvol", "btrfs/boot", "btrfs/home", "btrfs/nix", "btrfs/whole"],
  ["f2fs", "f2fs/boot", "gpt-bios-compat", "hybrid", "hybrid-mbr", "hybrid/boot"],
  ["legacy-table", "legacy-table/boot"],
  ["luks-btrfs", "luks-btrfs/.swapvol", "luks-btrfs/boot", "luks-btrfs/home", "luks-btrfs/nix"],
  ["luks-lvm", "luks-lvm/boot", "luks-lvm/home", "lvm-thin", "lvm-thin/boot", "lvm-thin/home", "mdadm"],
  ["simple-efi", "simple-efi/boot", "swap", "swap/boot", "tmpfs", "tmpfs/boot"],
]
  .flat()
  .map((place) => `/mnt/${place}`);
/** Says which of the places have lost what was written there. */
const marks = (places: readonly string[]): string =>
  `for place in ${places.join(" ")}; do [ "$(cat "$place/mark")" = "$place" ] || echo "$place"; done`;

const uuidsOf = (text: string): readonly string[] => [...new Set(text.match(/[0-9A-Fa-f]{8}-[-0-9A-Fa-f]{27}/gu))];

/** What is declared later: a partition in free space, a subvolume, a volume. */
const more = `{
  disk.gpt-bios-compat.content = {
    type = "gpt";
    partitions.data = {
      size = "100%";
      content = { type = "filesystem"; format = "ext4"; mountpoint = "/gpt-bios-compat/data"; };
    };
  };
  disk.btrfs-subvolumes.content = {
    type = "gpt";
    partitions.root.content = { type = "btrfs"; subvolumes."/added".mountpoint = "/btrfs/added"; };
  };
  lvm_vg.mainpool.lvs.added = {
    size = "16M";
    content = { type = "filesystem"; format = "ext4"; mountpoint = "/lvm-thin/added"; };
  };
}`;

/** Two disks: one that somebody else's data is on, and an empty one. */
const elsewhere = {
  disks: `{
    disk.photos = {
      device = "${byId("photos")}";
      content = { type = "filesystem"; format = "xfs"; mountpoint = "/photos"; };
    };
    disk.by-script = {
      device = "${byId("by-script")}";
      content = { type = "filesystem"; format = "ext4"; mountpoint = "/by-script"; };
    };
  }`,
};

/** Its disk is made by a script that a configuration with disko's module would have. */
const byScript = {
  disks: `{
    disk.by-script = {
      device = "${byId("by-script")}";
      content = { type = "filesystem"; format = "ext4"; mountpoint = "/"; };
    };
  }`,
  module: `
    system.build.diskoScriptNoDeps = derivation {
      name = "disko";
      system = "x86_64-linux";
      builder = "/bin/sh";
      args = [ "-c" ''printf %s "$script" >$out'' ];
      script = ''
        set -e
        mkfs.ext4 -q ${byId("by-script")}
        mkdir -p /mnt
        mount ${byId("by-script")} /mnt
        echo "made by $BASH" >/mnt/mark
      '';
    };`,
};

describe("thirteen layouts and a hybrid MBR, on sixteen disks of one machine", { timeout: 3_600_000 }, () => {
  let settled = "";

  test("nothing is written while they are shown, nor where other disks are named than are meant", async () => {
    await scene.declare("{ }", { elsewhere });
    await scene.machine(`${keys}
      mkfs.ext4 -q -L old ${byId("simple-efi")}
      mkfs.ext4 -q -L photos ${byId("photos")}
      sync`);
    const before = await scene.writes();
    expect(before["photos"]).toBeGreaterThan(0);

    const plan = await scene.disk("plan", "layouts", ...wiping(layoutDisks));
    expect(plan).toMatchObject({ exitCode: 0, stderr: "" });
    expect(plan.stdout).toContain("layouts  16 disks wiped");
    expect(plan.stdout).toContain("ext4 “old”");

    const swapped = layoutDisks.flatMap((name) => {
      const others: Readonly<Record<string, string>> = { "mdadm-1": "mdadm-2", "mdadm-2": "mdadm-1", swap: "photos" };
      return ["--wipe", `${name}=${byId(others[name] ?? name)}`];
    });
    const refused = await scene.disk("apply", "layouts", ...swapped);
    expect(refused.exitCode).toBe(3);

    // One of two is named; on the other is somebody's data.
    const unnamed = await scene.disk("apply", "elsewhere", ...wiping(["by-script"]));
    expect(unnamed.exitCode).toBe(3);
    expect(unnamed.stderr).toContain("photos");

    expect(await scene.writes()).toEqual(before);
  });

  test("they are made and mounted as they are declared, and a second time nothing is done", async () => {
    const { photos } = await scene.writes();
    const made = await scene.disk("apply", "layouts", ...wiping(layoutDisks));
    expect(made.exitCode, made.stderr).toBe(0);
    expect(await scene.machine(mounted)).toBe(mountpoints.join("\n"));
    expect(await scene.findings("--mount-point", "/mnt")).toEqual({ exitCode: 0, findings: [] });
    // Whatever runs there is to get in.
    expect(await scene.machine(`stat -c %a $(${mounted} | grep -v /boot) | sort -u`)).toBe("755");
    await scene.machine(`for place in $(${mounted}); do echo "$place" >"$place/mark"; done; sync`);

    settled = await scene.machine(identities);
    const again = await scene.disk("apply", "layouts");
    expect(again.exitCode, again.stderr).toBe(0);
    expect(await scene.machine(identities)).toBe(settled);
    expect(await scene.writes()).toMatchObject({ photos });
  });

  test("unmounted, and after a power cut, all is found and opened again", async () => {
    const { exitCode, stderr } = await scene.disk("unmount", "layouts");
    expect(exitCode, stderr).toBe(0);
    const left =
      "grep -hE '/mnt/|^/dev/(vd|dm|md)' /proc/mounts /proc/swaps || :; grep ^md /proc/mdstat || :; ls /dev/mapper";
    expect(await scene.machine(left)).toBe("control");
    await scene.powerCut();
    await scene.machine(keys);

    const findings = await scene.findings();
    expect(findings.exitCode).toBe(0);
    expect(findings.findings.filter(({ certain }) => certain)).toEqual([]);
    const mount = await scene.disk("mount", "layouts");
    expect(mount.exitCode, mount.stderr).toBe(0);
    expect(await scene.machine(marks(mountpoints))).toBe("");
    expect(await scene.findings("--mount-point", "/mnt")).toEqual({ exitCode: 0, findings: [] });
    expect(await scene.machine(identities)).toBe(settled);
  });

  test("what was broken on purpose is said, and nothing else", async () => {
    await scene.machine(`
      umount /mnt/tmpfs/tmp /mnt/tmpfs/boot /mnt/hybrid/boot /mnt/hybrid
      wipefs --all --quiet /dev/disk/by-partlabel/disk-tmpfs-ESP
      sfdisk --quiet --delete ${byId("hybrid")} 3
      udevadm settle`);
    const { exitCode, findings } = await scene.findings();
    expect(exitCode).toBe(1);
    const declared = "disko.devices.disk";
    expect(findings).toEqual([
      {
        option: `${declared}.hybrid.content.partitions.root`,
        message: "partition root of /dev/vdn is missing",
        certain: true,
      },
      {
        option: `${declared}.tmpfs.content.partitions.ESP.content`,
        message: "vfat on /dev/vdk1 is not made: its place is empty",
        certain: true,
      },
    ]);
  });

  test("what is lost or declared later is made, and what has room grows, beside data that stays", async () => {
    for (const disk of ["simple-efi", "luks-lvm", "btrfs-subvolumes"]) await scene.resize(disk, 640);
    await scene.declare(more);
    const changed = await scene.disk("apply", "layouts", "--mode", "format,mount");
    expect(changed.exitCode, changed.stderr).toBe(0);

    expect(await scene.findings("--mount-point", "/mnt")).toEqual({ exitCode: 0, findings: [] });
    const lost = new Set(["/mnt/hybrid", "/mnt/tmpfs/boot"]);
    const added = new Set(["/mnt/gpt-bios-compat/data", "/mnt/btrfs/added", "/mnt/lvm-thin/added"]);
    expect(await scene.machine(mounted)).toBe([...mountpoints, ...added].toSorted().join("\n"));
    expect(await scene.machine(marks(mountpoints.filter((place) => !lost.has(place))))).toBe("");
    const sizes = await scene.machine(
      "df --output=size --block-size=1M /mnt/simple-efi /mnt/luks-lvm/home /mnt/btrfs | tail -n +2",
    );
    for (const mebibytes of sizes.trim().split(/\s+/u)) expect(Number(mebibytes)).toBeGreaterThan(480);
    const kept = (await scene.machine(identities)).split("\n");
    expect(uuidsOf(settled).filter((uuid) => !kept.some((line) => line.includes(uuid)))).toHaveLength(2);
  });

  test("a script of disko makes the disks where it is asked to", async () => {
    await scene.disk("unmount", "layouts");
    await scene.declare("{ }", { "by-script": byScript });
    const engine = ["--disk-engine", "disko", "--no-disko-deps"];
    const words = ["install", "by-script", "--phases", "disko", ...engine, ...wiping(["by-script"]), "--json"];
    const ended = await scene.flotilla(...words);
    expect({ ...endsOf(ended), stderr: ended.stderr }).toMatchObject({ exit: 0, "by-script": "prepared" });
    expect(await scene.machine("cat /mnt/mark")).toContain("bash");
  });
});
