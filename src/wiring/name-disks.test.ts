import { expect, test } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { DevicePath } from "../disk/machine-disks.ts";
import { mirrorPlan, settledPlan, wipePlan } from "../terminal/fixtures/disk-plans.ts";
import { nameDisks, unnamedDisks, wipeFlags } from "./name-disks.ts";

const host = HostName.parse("web-1");

async function type(words: string | null, disks = mirrorPlan.disks): Promise<string> {
  const written: string[] = [];
  let closed = 0;
  const device = {
    isTerminal: words !== null,
    chunks: (async function* () {
      yield Buffer.from(`${words}`.slice(0, 3));
      yield Buffer.from(`${`${words}`.slice(3)}\n`);
    })(),
    write: (text: string) => void written.push(text),
    close: () => void (closed += 1),
  };
  try {
    await nameDisks(host, disks, device);
    return "wiped";
  } catch (error) {
    return error instanceof FlotillaError ? `${error.code}: ${error.hint}` : String(error);
  } finally {
    expect(closed).toBe(1);
    expect(written).toEqual(words === null ? [] : ["web-1: type web-1 one two to wipe them: "]);
  }
}

test.each(["web-1 one two", "web-1 two one", "  web-1 one, two "])("%j names the disks", async (words) => {
  expect(await type(words)).toBe("wiped");
});

test.each(["", "y", "yes", "one two", "web-1", "web-1 one", "web-1 one two three", "web-1 one one", "web-2 one two"])(
  "%j names them not",
  async (words) => {
    expect(await type(words)).toBe("E_WIPE_NOT_NAMED: to wipe what was shown: --wipe one=/dev/sda --wipe two=/dev/sdb");
  },
);

test("without a terminal the way out is said", async () => {
  expect(await type(null)).toMatch(/^E_WIPE_NOT_NAMED: .*--wipe one=\/dev\/sda --wipe two=\/dev\/sdb$/u);
});

test("what the command line names is not asked for, and what stays needs no name", () => {
  const names = (plan: typeof wipePlan, wipe: readonly string[], wipeAll = false) =>
    unnamedDisks(plan, { wipe: new Map(wipe.map((name) => [name, DevicePath.parse("/dev/x")])), wipeAll }).map(
      ({ name }) => name,
    );
  expect(names(mirrorPlan, [])).toEqual(["one", "two"]);
  expect(names(mirrorPlan, ["two"])).toEqual(["one"]);
  expect(names(mirrorPlan, [], true)).toEqual([]);
  expect(names(settledPlan, [])).toEqual([]);
});

test("disks are named by what stays with them, as words for a shell", () => {
  expect(wipeFlags(wipePlan.disks)).toBe("--wipe main=/dev/disk/by-id/virtio-S3Z9NB0K");
  const [disk] = mirrorPlan.disks;
  expect(wipeFlags(disk === undefined ? [] : [{ ...disk, name: "$(reboot)" }])).toBe("--wipe '$(reboot)'=/dev/sda");
});
