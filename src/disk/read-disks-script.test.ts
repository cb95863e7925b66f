// The script that asks a machine for its disks, under each shell, on a made-up /sys, /proc and /run.
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProgram } from "../activation/furnish-test-host.test-support.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import { devicesNamed } from "./block-devices.ts";
import type { BlockDevice, MachineDisks } from "./machine-disks.ts";
import { readDisks, readDisksScript } from "./read-disks.ts";

const runner = spawnRunner();
let place = "";

/** Names that no real device has: nothing of this machine is probed. */
const files: Readonly<Record<string, string>> = {
  "sys/class/block/tst/size": "41943040\n",
  "sys/class/block/tst/dev": "254:0\n",
  "sys/class/block/tst/ro": "0\n",
  "sys/class/block/tst/removable": "0\n",
  "sys/class/block/tst/serial": "S 1\n",
  "sys/class/block/tst/queue/logical_block_size": "512\n",
  "sys/class/block/tst/tst1/partition": "1\n",
  "sys/class/block/tst/tst1/size": "2048000\n",
  "sys/class/block/tst/tst1/start": "2048\n",
  "sys/class/block/tst/tst1/dev": "254:1\n",
  "sys/class/block/dm-77/size": "2044000\n",
  "sys/class/block/dm-77/dev": "252:77\n",
  "sys/class/block/dm-77/dm/name": "my crypt\n",
  "sys/class/block/dm-77/dm/uuid": "CRYPT-LUKS2-1-my\n",
  "sys/class/block/dm-77/queue/logical_block_size": "512\n",
  "sys/class/block/ram0/size": "8192\n",
  "sys/class/block/loop77/size": "0\n",
  "sys/class/block/cciss!c0d0/size": "100\n",
  "sys/class/block/cciss!c0d0/dev": "104:0\n",
  "run/udev/data/b254:0":
    "S:disk/by-id/virtio-S1\nE:ID_PART_TABLE_TYPE=gpt\nE:ID_SERIAL=S1\nE:OTHER=$(touch canary)\nG:systemd\n",
  "run/udev/data/b254:1":
    "S:disk/by-partlabel/a\\x20*\nE:ID_FS_TYPE=crypto_LUKS\nE:ID_PART_ENTRY_NAME=a\\x20*\nE:ID_PART_ENTRY_TYPE=0fc63daf\n",
  "run/udev/data/b252:77": "S:mapper/my\\x20crypt\nE:ID_FS_TYPE=ext4\nE:ID_FS_LABEL_ENC=$(touch\\x20canary)\n",
  "proc/self/mountinfo": "30 1 252:77 / /mnt/my\\040data rw - ext4 /dev/mapper/my\\040crypt rw\n",
  "proc/swaps": "Filename\tType\tSize\tUsed\tPriority\n/dev/tst1 partition 1 0 -2\n",
};

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "flotilla-sys-"));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(place, path)), { recursive: true });
    await writeFile(join(place, path), content);
  }
  const block = join(place, "sys/class/block");
  await symlink(join(block, "tst/tst1"), join(block, "tst1"));
  await mkdir(join(block, "dm-77/slaves/tst1"), { recursive: true });
});
afterAll(() => rm(place, { recursive: true, force: true }));

const shells = await Promise.all(
  ["dash", "busybox", "bash"].map(async (name) => ({ name, file: await findProgram(name) })),
);

for (const { file, name } of shells) {
  // oxlint-disable-next-line vitest/valid-title -- which shell
  describe.skipIf(file === null)(`under ${name}`, () => {
    const read = async (): Promise<MachineDisks> => {
      const { exitCode, stderr, stdout } = await runner.run({
        file: file ?? "sh",
        args: name === "busybox" ? ["sh", "-s"] : ["-s"],
        stdin: `disks_prefix=${place}\n${readDisksScript()}`,
        cwd: place,
        deadline: 30_000,
      });
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toBe("");
      return readDisks(stdout);
    };

    test("structure from /sys, and what lies there from what udev remembers", async () => {
      const machine = await read();
      const paths = (device: BlockDevice): unknown => [device.path, ...device.children.map(paths)];
      expect(machine.disks.map(paths)).toEqual([["/dev/cciss/c0d0"], ["/dev/tst", ["/dev/tst1", ["/dev/dm-77"]]]]);
      expect(devicesNamed(machine, "/dev/disk/by-id/virtio-S1")[0]).toMatchObject({
        path: "/dev/tst",
        size: 20 * 1024 ** 3,
        serial: "S 1",
        table: { type: "gpt" },
      });
      expect(devicesNamed(machine, "/dev/tst1")[0]).toMatchObject({
        kind: "partition",
        partition: { number: 1, start: 2048, end: 2_050_047, label: "a *" },
        signature: { type: "crypto_LUKS" },
        mountpoints: ["[SWAP]"],
      });
    });

    test("what others wrote is text", async () => {
      const [crypt] = devicesNamed(await read(), "/dev/mapper/my crypt");
      expect(crypt).toMatchObject({
        kind: "crypt",
        mountpoints: ["/mnt/my data"],
        signature: { type: "ext4", label: "$(touch canary)" },
      });
      expect(await readdir(place)).not.toContain("canary");
    });
  });
}

test.skipIf((await findProgram("shellcheck")) === null)("shellcheck has nothing to say", async () => {
  const { exitCode, stdout } = await runner.run({
    file: "shellcheck",
    args: ["-"],
    stdin: readDisksScript(),
    deadline: 60_000,
  });
  expect(stdout).toBe("");
  expect(exitCode).toBe(0);
});
