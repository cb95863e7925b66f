// The commands about disks, and facts: what the use cases are asked, and what is wrong with a line.
import { expect, test } from "vitest";
import type { DiskOptions } from "../../src/cli/use-cases.ts";
import { testFacts } from "../fakes/test-facts.ts";
import { recordingUseCases, runFlotilla, shown } from "./run-flotilla.ts";

async function asked(...words: readonly string[]): Promise<unknown> {
  const record: { disk?: unknown; facts?: unknown } = {};
  const answer = await runFlotilla(words, { useCases: recordingUseCases(record) });
  expect(answer).toMatchObject({ exitStatus: 0, stderr: "" });
  return record.disk ?? record.facts;
}

test("what is not said has the safest meaning", async () => {
  expect(await asked("disk", "apply", "web-1")).toMatchObject({
    task: { kind: "apply", changes: null },
    host: "web-1",
    machine: { kind: "ssh", address: null },
    disks: new Map(),
    wipe: new Map(),
    wipeAll: false,
    mountPoint: null,
    shown: { json: false, html: null, commands: false },
  } satisfies Partial<Record<keyof DiskOptions, unknown>>);
});

test("disks are named by what the layout calls them", async () => {
  const words = "disk plan web-1 --wipe main=/dev/disk/by-id/nvme-S1 --wipe data=/dev/sdb --disk main=/dev/vda";
  expect(await asked(...words.split(" "))).toMatchObject({
    wipe: new Map([
      ["main", "/dev/disk/by-id/nvme-S1"],
      ["data", "/dev/sdb"],
    ]),
    disks: new Map([["main", "/dev/vda"]]),
  });
});

test("--dry-run only plans, on this machine or another", async () => {
  expect(await asked("disk", "apply", "--local", "--dry-run", "--html", "x.html", "--commands")).toMatchObject({
    task: { kind: "plan", changes: null },
    host: null,
    machine: { kind: "local" },
    shown: { html: "x.html", commands: true },
  });
  expect(await asked("disk", "mount", "web-1", "--target", "root@192.0.2.7", "--mount-point", "/target")).toMatchObject(
    {
      task: { kind: "mount" },
      machine: { kind: "ssh", address: "root@192.0.2.7" },
      mountPoint: "/target",
    },
  );
});

test.each(["x#web-1", 'x#nixosConfigurations."web-1"', "x#diskoConfigurations.web-1"])(
  "--flake %s names the host, as disko's command has it",
  async (flake) => {
    expect(await asked("disk", "plan", "--local", "--flake", flake)).toMatchObject({ flake: "x", host: "web-1" });
  },
);

test.each([
  ["destroy,format,mount", { wipe: true, create: true, mount: true }],
  ["disko", { wipe: true, create: true, mount: true }],
  ["format,mount", { wipe: false, create: true, mount: true }],
  ["format", { wipe: false, create: true, mount: false }],
  ["mount", { wipe: false, create: false, mount: true }],
])("disko's mode %s", async (mode, changes) => {
  expect(await asked("disk", "apply", "web-1", "--mode", mode)).toMatchObject({ task: { kind: "apply", changes } });
});

test.each([
  ["disk plan", "which machine is meant is not said"],
  ["disk plan --local --target root@h", "--local and --target name two machines"],
  ["disk plan web-1 --flake x#web-2", "--flake names web-2, and web-1 is another"],
  ["disk plan --flake x#a/b", "can be no host's name"],
  ["disk plan web-1 --wipe main", "expected NAME=DEVICE"],
  ["disk plan web-1 --wipe main=sda", "expected a path under /dev"],
  ["disk plan web-1 --wipe main=/dev/sda --wipe main=/dev/sdb", "--wipe names main twice"],
  ["disk plan web-1 --wipe main=/dev/sda;reboot", "expected a path under /dev"],
  ["disk plan web-1 --wipe main=/dev/sda --yes-wipe", "--wipe means some disks, and --yes-wipe means all"],
  ["disk apply web-1 --mode destroy", "what is destroyed is made again"],
  ["disk apply web-1 --mode unmount", "flotilla disk unmount"],
  ["disk apply web-1 --mode frobnicate", 'there is no mode "frobnicate"'],
  ["disk mount web-1 --mount-point mnt", "expected an absolute path"],
  ["disk mount web-1 --mount-point /mnt/../etc", "expected an absolute path"],
  ["disk mount web-1 --wipe main=/dev/sda", "there is no flag --wipe"],
  ["disk paint web-1", 'there is no command "paint"'],
])("flotilla %s is no command line", async (line, complaint) => {
  const answer = await runFlotilla(line.split(" "), { useCases: recordingUseCases({}) });
  expect(answer).toMatchObject({ exitStatus: 2, stdout: "", stderr: expect.stringContaining(complaint) });
});

test("a machine is asked by its address alone", async () => {
  const words = "facts ada@192.0.2.7 -p 2222 -i key --ssh-option ConnectTimeout=5 --ask-sudo-password";
  expect(await asked(...words.split(" "))).toEqual({
    address: "ada@192.0.2.7",
    port: 2222,
    user: null,
    identity: "key",
    sshOptions: ["-o", "ConnectTimeout=5"],
    elevation: null,
    askSudoPassword: true,
  });
});

test("facts for people, and what may be in the way of an install", async () => {
  const print = async (facts = testFacts) =>
    shown(
      await runFlotilla(["facts", "192.0.2.7"], { env: { LANG: "C.UTF-8" }, useCases: { facts: async () => facts } }),
    );
  expect(await print()).toMatchSnapshot();
  const odd = await print({
    ...testFacts,
    elevation: null,
    isContainer: true,
    virtualization: "lxc",
    secureBoot: true,
    clockSkew: -7200.4,
    memory: { total: 2 ** 30, available: 2 ** 29, swap: 2 ** 30 },
    kexec: { allowed: false, why: "kernel.kexec_load_disabled is 1" },
    disks: { ...testFacts.disks, probed: false },
  });
  for (const words of [
    "who cannot become root",
    "a container (lxc)",
    "Secure Boot is on",
    "7200 s behind",
    "not possible: kernel.kexec_load_disabled is 1",
    "read by root alone",
  ]) {
    expect(odd).toContain(words);
  }
});

test("facts for programs are all that was found out", async () => {
  const { stdout } = await runFlotilla(["facts", "192.0.2.7", "--json"], {
    useCases: { facts: async () => testFacts },
  });
  expect(JSON.parse(stdout)).toEqual(testFacts);
});
