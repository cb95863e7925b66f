// States of machines that have just booted, so that a test has a Debian or an installer in a second. Made when first asked for, and kept.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { ControlGroup } from "../cgroup.ts";
import { takeLock } from "../lock.ts";
import { run } from "../run.ts";
import { waitUntil } from "../wait-until.ts";
import { atConsole } from "./console-shell.ts";
import { machineImages } from "./machine-images.ts";
import { talk } from "./monitor.ts";
import { type DirectBoot, diskWords, type Firmware, firmwareVariables, type Hardware, qemuWords } from "./qemu.ts";

/** What a machine is before anything was installed on it. */
export type Origin = "debian" | "installer";

/** Machines of another size are booted, which takes a quarter of a minute. */
export const snapshotMemoryMiB = 3072;
export const debianSerial = "main";

/** A machine that stands still, in files. */
export interface Snapshot {
  /** What QEMU's `-incoming exec:cat` reads. */
  readonly state: string;
  /** Only with EFI. */
  readonly firmwareVariables: string;
  /** Debian's disk as it was at that moment; machines get a layer over it. */
  readonly disk: string;
}

export function installerBoot(): DirectBoot {
  const { kernel, installer } = machineImages();
  return { kernel, initrd: installer, commandLine: "init=/init console=ttyS0 net.ifnames=0 panic=-1 quiet" };
}

/** The snapshot; takes it before, when nobody did. */
export async function snapshotOf(origin: Origin, firmware: Firmware): Promise<Snapshot> {
  const directory = join(machineImages().snapshots, `${origin}-${firmware}`);
  const snapshot = {
    state: join(directory, "state"),
    firmwareVariables: join(directory, "firmware-variables"),
    disk: join(directory, "disk.qcow2"),
  };
  if (existsSync(directory)) return snapshot;
  const lock = await takeLock(`${directory}.lock`, { seconds: 900 });
  if (lock === null)
    throw new Error(`another process has been taking the snapshot ${directory} for a quarter of an hour`);
  try {
    if (!existsSync(directory)) await takeSnapshot(origin, firmware, directory);
  } finally {
    await lock.release();
  }
  return snapshot;
}

async function takeSnapshot(origin: Origin, firmware: Firmware, directory: string): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  await run(["rm", "-rf", unfinished]);
  await mkdir(unfinished);
  const at = (file: string): string => join(unfinished, file);
  const group = new ControlGroup(`flotilla-snapshot-${origin}-${firmware}`);
  const hardware: Hardware = {
    name: `${origin}-${firmware}`,
    directory: unfinished,
    firmware,
    memoryMiB: snapshotMemoryMiB,
    hardwareAddress: "02:00:00:00:00:01",
    tap: `flsnap-${origin[0]}${firmware[0]}`,
  };
  await copyFile(firmwareVariables, at("firmware-variables"));
  const words = qemuWords(hardware, origin === "installer" ? installerBoot() : null);
  if (origin === "debian") {
    await run([
      "qemu-img",
      "create",
      "-q",
      "-f",
      "qcow2",
      "-F",
      "qcow2",
      "-b",
      machineImages().debianDisk,
      at("disk.qcow2"),
    ]);
    words.push(...diskWords({ file: at("disk.qcow2"), serial: debianSerial }, 0));
  }
  await group.create();
  const [enter, ...args] = group.enter;
  // It is nobody's when we are killed: it ends with us.
  const child = spawn(enter, [...args, "setpriv", "--pdeathsig", "KILL", ...words], { stdio: "ignore" });
  try {
    await waitUntil(
      `${origin} by ${firmware} up for its snapshot`,
      async () => {
        if (child.exitCode !== null) throw new Error(`QEMU ended with ${child.exitCode}: ${words.join(" ")}`);
        // Nobody listens before its system is nearly up.
        const asked = atConsole(at("shell.socket"), "systemctl is-system-running --wait", { deadline: 20_000 });
        const { output } = await asked.catch(() => ({ output: "" }));
        return /running|degraded/.test(output);
      },
      { deadline: 600_000, pause: 500 },
    );
    await atConsole(at("shell.socket"), "sync; echo 3 >/proc/sys/vm/drop_caches", { deadline: 20_000 });
    await talk(at("monitor.socket"), async ({ execute }) => {
      await execute("stop");
      await execute("migrate-set-parameters", { "max-bandwidth": 8 * 1024 ** 3 });
      await execute("migrate", { uri: `exec:cat >${at("state")}` });
      await waitUntil(
        "writing the snapshot",
        async () => JSON.stringify(await execute("query-migrate")).includes('"status":"completed"'),
        { deadline: 60_000, pause: 100 },
      );
    });
  } finally {
    group.kill();
    await waitUntil("end of the snapshot's machine", async () => !group.isPopulated(), { deadline: 10_000 });
    group.remove();
  }
  await rename(unfinished, directory);
}
