import { describe, expect, it } from "vitest";
import { DiskLayout } from "../disk/layout.ts";
import { madeMachine } from "../disk/made-machine.test-support.ts";
import { testDevice, testDisk, testPartition } from "../disk/test-machine.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostResult } from "../deploy/host-result.ts";
import { FakeInstall } from "./fake-install.test-support.ts";
import { type Agree, installHost } from "./install-host.ts";
import { layoutDigest } from "./install-record.ts";
import type { InstallOptions } from "./install-options.ts";
import { fileSystem, installation, partition, settingsOf, web } from "./test-installation.ts";
import { StorePath } from "../domain/store-path.ts";

const encrypted = {
  ...installation,
  layout: DiskLayout.parse({
    disk: {
      main: {
        name: "main",
        device: "/dev/vda",
        imageName: "main",
        content: {
          type: "gpt",
          device: "/dev/vda",
          partitions: {
            ESP: partition("ESP", "EF00", "500M", fileSystem("ESP", "vfat", "/boot")),
            root: partition("root", "8300", "100%", {
              type: "luks",
              name: "root",
              device: "/dev/disk/by-partlabel/disk-main-root",
              askPassword: false,
              settings: { keyFile: "/run/key" },
              content: { ...fileSystem("root", "ext4", "/"), device: "/dev/mapper/root" },
            }),
          },
        },
      },
    },
  }),
};

const agreed: Agree = async () => ({ passphrases: new Map() });

function play(
  fake: FakeInstall,
  given: Partial<InstallOptions> = {},
  { agree = agreed, run = "aaaaaaaa", wanted = Promise.resolve(installation) } = {},
): Promise<HostResult> {
  const steps = { services: fake.services(run), settings: settingsOf(given), agree, withdraw: () => {} };
  return installHost(steps, web, wanted);
}

/** What was done to the machine, without the letters of it. */
const things = (fake: FakeInstall): readonly string[] =>
  fake.done.filter((what) => !what.startsWith("write") && what !== "meet" && !what.startsWith("look"));

const touched = ["disks", "copy 1 to /mnt", "host keys", "install", "unmount", "reboot"];

const signature = (type: string) => ({ type, uuid: "1234", label: null });
/** As the layout makes it. */
const madeDisk = testDisk(
  "/dev/vda",
  [
    testPartition(
      "/dev/vda1",
      { fromMiB: 1, toMiB: 501, label: "disk-main-ESP", type: "c12a7328-f81f-11d2-ba4b-00a0c93ec93b" },
      { signature: signature("vfat") },
    ),
    testPartition(
      "/dev/vda2",
      { fromMiB: 501, toMiB: 8191, label: "disk-main-root" },
      { signature: signature("ext4") },
    ),
  ],
  { serial: "S1" },
);

describe("from any Linux", () => {
  it("goes through all phases in their order, and is seen running", async () => {
    const fake = new FakeInstall();
    const { notes, outcome, reason, system } = await play(fake);
    expect({ outcome, reason, system }).toEqual({
      outcome: "installed",
      reason: null,
      system: installation.system.path,
    });
    expect(things(fake).toSorted()).toEqual(["build", "kexec", ...touched].toSorted());
    expect(things(fake).slice(2)).toEqual(touched);
    expect(fake.done.at(-2)).toBe("look for ssh-ed25519 AAAAnew");
    expect(notes).toContain("its host key is in /home/ana/.ssh/known_hosts");
    expect(fake.record).toMatchObject({ state: "running", host: "web" });
    const phases = fake.events.flatMap((event) =>
      event.type === "host-phase" && event.state === "finished" ? [event.phase] : [],
    );
    expect(phases.filter((phase) => phase !== "build")).toEqual([
      "connect",
      "check",
      "kexec",
      "disks",
      "copy",
      "install",
      "reboot",
      "confirm",
    ]);
    expect(fake.events.find(({ type }) => type === "host-identified")).toMatchObject({ address: "192.0.2.7" });
    expect(fake.lockedBy).toBeNull();
    // One that is still renewed keeps the program from ending.
    expect(fake.renewals).toBe(0);
  });

  it("touches nothing where the operator does not agree, and asks before the machine jumps", async () => {
    const fake = new FakeInstall();
    const agree: Agree = async () => {
      throw new FlotillaError("E_WIPE_NOT_NAMED", "not named");
    };
    expect(await play(fake, {}, { agree })).toMatchObject({ outcome: "refused", reason: { code: "E_WIPE_NOT_NAMED" } });
    expect(things(fake)).toEqual([]);
    expect(fake.lockedBy).toBeNull();
  });

  it("wipes no disk while the system is not built", async () => {
    const fake = new FakeInstall();
    fake.before = (what) => {
      if (what === "build") throw new FlotillaError("E_BUILD", "nginx failed");
    };
    expect(await play(fake)).toMatchObject({ outcome: "failed", reason: { code: "E_BUILD" } });
    expect(things(fake)).toEqual(["kexec"]);
  });

  it("builds in the installer what cannot be built here, where it is left to us", async () => {
    const fake = new FakeInstall();
    fake.before = (what) => {
      if (what === "build") throw new FlotillaError("E_SYSTEM_MISMATCH", "no builder for aarch64-linux");
    };
    expect(await play(fake)).toMatchObject({ outcome: "installed" });
    expect(things(fake)).toContain("build there /mnt");
    expect(things(fake).some((what) => what.startsWith("copy"))).toBe(false);
    const other = new FakeInstall();
    other.before = fake.before;
    expect(await play(other, { buildOn: "local" })).toMatchObject({ reason: { code: "E_SYSTEM_MISMATCH" } });
  });

  it("refuses where the installer sees another disk under the name, and has touched none", async () => {
    const fake = new FakeInstall();
    fake.before = (what) => {
      if (what === "kexec")
        fake.disks = [testDevice("/dev/vda", { serial: "S2" }), testDevice("/dev/vdb", { serial: "S1" })];
    };
    const { outcome, reason } = await play(fake);
    expect({ outcome, code: reason?.code }).toEqual({ outcome: "refused", code: "E_PLAN_CHANGED" });
    expect(things(fake)).not.toContain("disks");
  });

  it("refuses where something lies on the disk that was not shown", async () => {
    const fake = new FakeInstall();
    fake.before = (what) => {
      if (what === "kexec") {
        const signature = { type: "ext4", uuid: "1234", label: "data" };
        fake.disks = [testDevice("/dev/vda", { serial: "S1", signature })];
      }
    };
    const { reason } = await play(fake);
    expect(reason).toMatchObject({ code: "E_PLAN_CHANGED", message: expect.stringContaining("ext4 1234") });
    expect(things(fake)).not.toContain("disks");
  });

  it("has failed, and was not refused, where another machine answers after the jump", async () => {
    const fake = new FakeInstall();
    fake.before = (what) => {
      if (what === "kexec") throw new FlotillaError("E_HOST_KEY_CHANGED", "another key");
    };
    expect(await play(fake)).toMatchObject({ outcome: "failed", reason: { code: "E_HOST_KEY_CHANGED" } });
  });

  it("is not begun beside another install", async () => {
    const fake = new FakeInstall();
    fake.lockedBy = "bbbbbbbb";
    expect(await play(fake)).toMatchObject({ outcome: "refused", reason: { code: "E_LOCKED" } });
    expect(things(fake)).toEqual([]);
    expect(fake.lockedBy).toBe("bbbbbbbb");
  });

  it("ends with what its configuration ends with, and closes its login", async () => {
    const wanted = Promise.reject(new FlotillaError("E_EVALUATION", "syntax error"));
    wanted.catch(() => {});
    expect(await play(new FakeInstall(), {}, { wanted })).toMatchObject({
      outcome: "failed",
      reason: { code: "E_EVALUATION" },
      system: null,
    });
  });
});

describe("phases", () => {
  it.each([
    [["kexec"], ["kexec"], "it runs the installer"],
    [["kexec", "disko"], ["kexec", "disks"], "its disks are made and mounted in the installer"],
    [
      ["kexec", "disko", "install"],
      ["build", "kexec", "disks", "copy 1 to /mnt", "host keys", "install"],
      "installed on its disks, and not rebooted",
    ],
  ] as const)("%j are done and no more", async (phases, done, note) => {
    const fake = new FakeInstall();
    const { notes, outcome } = await play(fake, { phases });
    expect({ outcome, notes }).toEqual({ outcome: "prepared", notes: [note] });
    expect(things(fake).toSorted()).toEqual([...done].toSorted());
  });

  it("go on in an installer where the others ended", async () => {
    const fake = new FakeInstall();
    await play(fake, { phases: ["kexec", "disko"] });
    fake.done.length = 0;
    expect(await play(fake, { phases: ["install", "reboot"] }, { run: "bbbbbbbb" })).toMatchObject({
      outcome: "installed",
    });
    expect(things(fake)).toEqual(["build", "store", ...touched.slice(1)]);
  });

  it("need an installer where kexec is not among them", async () => {
    expect(await play(new FakeInstall(), { phases: ["disko"] })).toMatchObject({ outcome: "refused" });
  });
});

describe("a run that is given again", () => {
  /** Where the first one breaks, and what that leaves. */
  const breakAt = async (fake: FakeInstall, at: string): Promise<HostResult> => {
    fake.before = (what) => {
      if (what !== at) return;
      fake.before = () => {};
      fake.restart("installer");
      throw new FlotillaError("E_CONNECTION_LOST", "the power is gone");
    };
    return play(fake);
  };

  it.each(["copy 1 to /mnt", "host keys", "install", "unmount"])(
    "after it broke off at %s goes on with what there is, and wipes nothing",
    async (at) => {
      const fake = new FakeInstall();
      expect(await breakAt(fake, at)).toMatchObject({ outcome: "failed" });
      expect(fake.record).not.toBeNull();
      fake.mounted = true;
      fake.done.length = 0;
      expect(await play(fake, {}, { run: "bbbbbbbb" })).toMatchObject({ outcome: "installed" });
      expect(things(fake)).not.toContain("disks");
      expect(things(fake)).not.toContain("kexec");
      expect(things(fake)).toContain("copy 1 to /mnt");
    },
  );

  it("after a power cut goes on also where disks are encrypted and closed", async () => {
    const fake = new FakeInstall();
    const wanted = Promise.resolve(encrypted);
    fake.before = (what) => {
      if (what !== "install") return;
      fake.before = () => {};
      fake.restart("installer");
      const made = madeMachine(encrypted.layout, { disks: fake.disks, groups: [], probed: true });
      fake.disks = made.disks.map((disk) => ({
        ...disk,
        children: disk.children.map((partition) => ({ ...partition, children: [] })),
      }));
      throw new FlotillaError("E_CONNECTION_LOST", "the power is gone");
    };
    expect(await play(fake, {}, { wanted })).toMatchObject({ outcome: "failed" });
    fake.done.length = 0;
    expect(await play(fake, {}, { run: "bbbbbbbb", wanted })).toMatchObject({ outcome: "installed" });
    expect(things(fake).slice(0, 2)).toEqual(["mount", "build"]);
    expect(things(fake)).not.toContain("disks");
  });

  it("after a power cut mounts disks that are as the layout says, and goes on where they tell so", async () => {
    const fake = new FakeInstall();
    await breakAt(fake, "copy 1 to /mnt");
    // As a probe finds them in an installer that was just started.
    fake.disks = [madeDisk];
    fake.done.length = 0;
    expect(await play(fake, {}, { run: "bbbbbbbb" })).toMatchObject({ outcome: "installed" });
    expect(things(fake)).toEqual([
      "mount",
      "build",
      "store",
      "copy 1 to /mnt",
      "host keys",
      "install",
      "unmount",
      "reboot",
    ]);
  });

  it("in an installer on the very machine that is installed wipes nothing", async () => {
    const fake = new FakeInstall();
    await play(fake);
    fake.restart("installer");
    fake.disks = [madeDisk];
    fake.done.length = 0;
    expect(await play(fake, {}, { run: "bbbbbbbb" })).toMatchObject({
      outcome: "refused",
      reason: { code: "E_NOT_INSTALLABLE" },
    });
    expect(things(fake)).toEqual(["mount", "unmount"]);
  });

  it("with another layout than what is on the disks makes them anew", async () => {
    const fake = new FakeInstall();
    await breakAt(fake, "copy 1 to /mnt");
    fake.mounted = true;
    if (fake.record !== null) fake.record = { ...fake.record, layout: "another" };
    fake.done.length = 0;
    expect(await play(fake, {}, { run: "bbbbbbbb" })).toMatchObject({ outcome: "installed" });
    expect(things(fake)).toContain("disks");
    expect(fake.record?.layout).toBe(layoutDigest(installation.layout));
  });

  it("is known by its old key and its new one until it was seen, and by the new one alone from then on", async () => {
    const fake = new FakeInstall();
    let known: readonly string[] = [];
    fake.before = (what) => {
      if (what === "reboot") ({ known } = fake);
    };
    await play(fake);
    expect(known).toEqual(["ssh-ed25519 AAAAold", "ssh-ed25519 AAAAnew"]);
    expect(fake.known).toEqual(["ssh-ed25519 AAAAnew"]);
  });

  it("leaves alone what runs", async () => {
    const fake = new FakeInstall();
    await play(fake);
    fake.done.length = 0;
    expect(await play(fake, {}, { run: "bbbbbbbb" })).toMatchObject({ outcome: "unchanged" });
    expect(things(fake)).toEqual([]);
  });

  it("refuses to wipe the host itself after its configuration has changed, unless it is told to", async () => {
    const fake = new FakeInstall();
    await play(fake);
    fake.done.length = 0;
    const path = StorePath.parse(`${installation.system.path}-2`);
    const wanted = Promise.resolve({ ...installation, system: { ...installation.system, path } });
    const { outcome, reason } = await play(fake, {}, { run: "bbbbbbbb", wanted });
    expect({ outcome, code: reason?.code }).toEqual({ outcome: "refused", code: "E_NOT_INSTALLABLE" });
    expect(reason?.hint).toContain("flotilla deploy web");
    expect(things(fake)).toEqual([]);
  });
});

describe("a connection that breaks", () => {
  it.each(["disks", "follow disks", "follow install", "copy 1 to /mnt"])(
    "at %s is made again, and nothing is done twice",
    async (at) => {
      const fake = new FakeInstall();
      let cuts = 0;
      fake.before = (what) => {
        if (what !== at || cuts > 0) return;
        cuts += 1;
        throw new FlotillaError("E_CONNECTION_LOST", "cut");
      };
      expect(await play(fake)).toMatchObject({ outcome: "installed" });
      expect(cuts).toBe(1);
      expect(things(fake).filter((what) => what === "disks" || what === "install")).toEqual(["disks", "install"]);
      expect(fake.done).toContain("open");
    },
  );
});

describe("an interruption", () => {
  it("before anything is touched skips the host, afterwards says how it goes on", async () => {
    const before = new FakeInstall();
    before.before = (what) => {
      if (what === "meet") before.halt.abort(new FlotillaError("E_INTERRUPTED", "interrupted"));
    };
    expect(await play(before)).toMatchObject({ outcome: "skipped", reason: { code: "E_INTERRUPTED" } });
    expect(things(before)).toEqual([]);
    const after = new FakeInstall();
    after.before = (what) => {
      if (what === "disks") after.halt.abort(new FlotillaError("E_INTERRUPTED", "interrupted"));
    };
    const { outcome, reason } = await play(after);
    expect({ outcome, code: reason?.code }).toEqual({ outcome: "failed", code: "E_INTERRUPTED" });
    expect(reason?.hint).toContain("goes on where this one was broken off");
    // What is under way is finished: half of it would be worse.
    expect(after.mounted).toBe(true);
  });

  it("of a machine that has left what it ran is not told as if nothing was done to it", async () => {
    const fake = new FakeInstall();
    fake.before = (what) => {
      if (what === "kexec") fake.halt.abort(new FlotillaError("E_INTERRUPTED", "interrupted"));
    };
    const { outcome, reason } = await play(fake);
    expect({ outcome, message: reason?.message }).toEqual({
      outcome: "failed",
      message: "the run was interrupted; the machine stays in its installer, and its disks were not touched",
    });
    expect(things(fake)).not.toContain("disks");
  });
});

describe("what fails on the machine", () => {
  it.each([
    ["disks", "E_DISKS"],
    ["install", "E_INSTALL"],
  ])("%s is %s, and nothing is rebooted", async (job, code) => {
    const fake = new FakeInstall();
    fake.fails.set(job, 3);
    const { outcome, reason } = await play(fake);
    expect({ outcome, code: reason?.code, log: reason?.log }).toEqual({ outcome: "failed", code, log: ["at work"] });
    expect(things(fake)).not.toContain("reboot");
  });

  it("puts keys where the layout looks for them, verbatim, before the disks", async () => {
    const fake = new FakeInstall();
    await play(fake, { diskEncryptionKeys: [{ remote: "/run/key", local: "./key" }] });
    expect(fake.files.get("/run/key")).toBe("content of ./key");
    expect(fake.done.indexOf("write /run/key")).toBeLessThan(fake.done.indexOf("disks"));
  });

  it.each([
    ["a key of a disk", "E_KEY", { diskEncryptionKeys: [{ remote: "/run/key", local: "gone" }] }],
    ["the system's host key", "E_KEY", { hostKey: "gone" }],
    ["the extra files", "E_USAGE", { extraFiles: "gone" }],
    ["a path out of the installed system", "E_USAGE", { chown: [{ path: "/../etc", owner: "1000" }] }],
  ] as const)("with %s amiss nothing is begun", async (_, code, given) => {
    const fake = new FakeInstall();
    fake.missing.add("gone");
    const { outcome, reason } = await play(fake, given);
    expect({ code: reason?.code, isOver: ["failed", "refused"].includes(outcome) }).toEqual({ code, isOver: true });
    expect(things(fake)).toEqual([]);
    expect(await play(new FakeInstall(), given)).toMatchObject({ outcome: "chown" in given ? outcome : "installed" });
  });
});
