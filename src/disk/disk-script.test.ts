import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findProgram } from "../activation/furnish-test-host.test-support.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import type { DiskStep } from "./disk-plan.ts";
import { diskScript } from "./disk-script.ts";

const runner = spawnRunner();
let place = "";
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), "flotilla-script-"));
});
afterEach(() => rm(place, { recursive: true, force: true }));

const step = (...commands: readonly string[]): DiskStep => ({
  kind: "create",
  title: "try it",
  device: null,
  commands,
});

/** A machine: what is on each device, and programs that say what they were called with. */
const machine = (signatures: Readonly<Record<string, string>>): string =>
  [
    `signature() { case $1 in ${Object.entries(signatures)
      .map(([device, found]) => `${device}) printf '%s' '${found}' ;;`)
      .join(" ")} esac; }`,
    ...["mkfs", "sgdisk", "mdadm", "cryptsetup", "vgcreate", "vgchange", "lvcreate", "zpool", "wipefs"].map(
      (program) => `${program}() { echo "RUN ${program} $*"; }`,
    ),
    "settle() { :; }",
    "vgs() { return 5; }",
  ].join("\n");

const shells = await Promise.all(
  ["dash", "busybox", "bash"].map(async (name) => ({ name, file: await findProgram(name) })),
);

for (const { file, name } of shells) {
  // oxlint-disable-next-line vitest/valid-title -- which shell
  describe.skipIf(file === null)(`under ${name}`, () => {
    const run = async (
      steps: readonly DiskStep[],
      before = "",
    ): Promise<{
      readonly exitCode: number | null;
      readonly ran: readonly string[];
      readonly stderr: string;
      readonly stdout: string;
    }> => {
      const script = diskScript(steps);
      const at = script.indexOf("\nbegin 1 ");
      const { exitCode, stderr, stdout } = await runner.run({
        file: file ?? "sh",
        args: name === "busybox" ? ["sh", "-s"] : ["-s"],
        stdin: `${script.slice(0, at)}\n${before}${script.slice(at)}`,
        cwd: place,
        deadline: 30_000,
      });
      return { exitCode, stdout, stderr, ran: stdout.split("\n").filter((line) => line.startsWith("RUN ")) };
    };

    test("each step is told, and the first that fails ends it with its status", async () => {
      const steps = [
        { ...step("echo one"), title: "first\nflotilla-disk: forged" },
        step("echo two", "sh -c 'exit 7'", "echo not here"),
        step("echo nor here"),
      ];
      const { exitCode, stderr, stdout } = await run(steps);
      expect(stdout.split("\n").filter(Boolean)).toEqual([
        "flotilla-disk: step 1/3 first flotilla-disk: forged",
        "one",
        "flotilla-disk: step 2/3 try it",
        "two",
      ]);
      expect(stderr).toContain("flotilla-disk: step 2/3 failed with status 7: try it");
      expect(exitCode).toBe(7);
    });

    test("a command reads nothing of the script", async () => {
      const { exitCode, stdout } = await run([step("cat"), step("echo still here")]);
      expect({ exitCode, there: stdout.includes("still here") }).toEqual({ exitCode: 0, there: true });
    });

    test("a thing is made where nothing is", async () => {
      expect((await run([step("create ext4 on /dev/a with mkfs /dev/a")], machine({}))).ran).toEqual([
        "RUN mkfs /dev/a",
      ]);
    });

    test("a thing that is there already is left alone", async () => {
      const { exitCode, ran } = await run(
        [step("create ext4 on /dev/a with mkfs /dev/a")],
        machine({ "/dev/a": "ext4" }),
      );
      expect({ exitCode, ran }).toEqual({ exitCode: 0, ran: [] });
    });

    test("anything else is not touched", async () => {
      const { exitCode, ran, stderr } = await run(
        [step("create ext4 on /dev/a with mkfs /dev/a")],
        machine({ "/dev/a": "ntfs" }),
      );
      expect({ exitCode, ran }).toEqual({ exitCode: 1, ran: [] });
      expect(stderr).toContain("/dev/a holds ntfs where ext4 is to be made; it was not touched");
    });

    test("a device that is not there is no empty one", async () => {
      const { exitCode, stderr } = await run([step("create ext4 on /nowhere/a with mkfs /nowhere/a")]);
      expect(exitCode).toBe(1);
      expect(stderr).toContain("/nowhere/a does not exist");
    });

    const array = "array /dev/md/none 2 /dev/a '/dev/it'\\''s' mdadm --create /dev/md/none /dev/a '/dev/it'\\''s'";
    test.each([
      ["is made of empty members", {}, ["RUN mdadm --create /dev/md/none /dev/a /dev/it's"], 0],
      [
        "is put together again of members that are its own",
        { "/dev/a": "linux_raid_member", "*": "linux_raid_member" },
        ["RUN mdadm --assemble /dev/md/none /dev/a /dev/it's"],
        0,
      ],
      ["is not made of members of which one has something else", { "/dev/a": "ext4" }, [], 1],
      ["is not made of members of which one is new", { "/dev/a": "linux_raid_member" }, [], 1],
    ])("an array %s", async (_, signatures, expected, status) => {
      const { exitCode, ran } = await run([step(array)], machine(signatures));
      expect(ran.filter((line) => line.startsWith("RUN mdadm"))).toEqual(expected);
      expect(exitCode).toBe(status);
    });

    const partition = "partition 1 root '' on /dev/a with sgdisk --new=1:0:0 /dev/a";
    const sfdisk = (label: string): string =>
      `sfdisk() { case $1 in --part-uuid) echo 1234 ;; --part-label) echo '${label}' ;; esac; }`;
    test("a partition is known by its label", async () => {
      const { exitCode, ran } = await run([step(partition)], `${machine({})}\n${sfdisk("root")}`);
      expect({ exitCode, ran }).toEqual({ exitCode: 0, ran: [] });
    });

    test("another partition in its place is not relabelled", async () => {
      const { exitCode, ran, stderr } = await run([step(partition)], `${machine({})}\n${sfdisk("windows")}`);
      expect({ exitCode, ran }).toEqual({ exitCode: 1, ran: [] });
      expect(stderr).toContain('partition 1 of /dev/a is called "windows", where the layout has "root"');
    });

    test("a partition that is not there is made", async () => {
      const { ran } = await run([step(partition)], `${machine({})}\nsfdisk() { return 1; }`);
      expect(ran).toEqual(["RUN sgdisk --new=1:0:0 /dev/a"]);
    });

    test("a passphrase is what its file holds without newlines at its end, and on no command line", async () => {
      await writeFile(join(place, "pass"), "two words\n\n");
      const { stdout } = await run([step("passphrase_from pass od -c")]);
      expect(stdout.replaceAll(/\s+/gu, " ")).toContain("t w o w o r d s 0000011");
    });

    test("a passphrase that cannot be read ends the step", async () => {
      expect((await run([step("passphrase_from nowhere cat", "echo on")])).stdout).not.toContain("on\n");
    });

    test("a key that opens a device already gets no second place", async () => {
      const opens = 'cryptsetup() { [ "$2" = --test-passphrase ] || echo "RUN $*"; }';
      expect((await run([step("also_opens key /dev/a cryptsetup luksAddKey /dev/a key")], opens)).ran).toEqual([]);
    });

    test("a mapped device of another disk is not taken for ours", async () => {
      const open = 'cryptsetup() { echo "  device:  /dev/null"; }';
      const { exitCode, stderr } = await run([step("open_as vault /dev/zero cryptsetup open /dev/zero vault")], open);
      expect(exitCode).toBe(1);
      expect(stderr).toContain("/dev/mapper/vault is open already, for /dev/null instead of /dev/zero");
    });

    test("lines of the configuration run with its options, and their failure counts", async () => {
      const lines = "hook 'declare -a list=(one two)' 'list=one' 'echo \"${list}\" >said; exit 3'";
      const { exitCode } = await run([step(lines)]);
      expect(exitCode).toBe(3);
      expect(await readFile(join(place, "said"), "utf8")).toBe("one\n");
    });

    test("a name that leads out of a file system is refused", async () => {
      const { exitCode } = await run([step("top=$PWD", "btrfs_subvolume ../x")], 'btrfs() { echo "RUN btrfs"; }');
      expect(exitCode).toBe(1);
      expect(await readdir(place)).toEqual([]);
    });
  });
}

const shellcheck = await findProgram("shellcheck");
test.skipIf(shellcheck === null)("its parts are what shellcheck calls clean", async () => {
  const directory = new URL("script/", import.meta.url).pathname;
  const files = (await readdir(directory)).map((file) => join(directory, file));
  const { exitCode, stdout } = await runner.run({ file: shellcheck ?? "", args: files, deadline: 60_000 });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
});
