// Out of the installer: disks flushed and closed, then a reboot that does not depend on our connection.
import { readAsset } from "../../assets.ts";
import { shellQuote } from "../../domain/shell-quote.ts";
import type { HostInstallation } from "../host-installation.ts";
import type { InstallServices } from "../install-services.ts";
import type { Lifeline } from "../lifeline.ts";
import { workOnMachine } from "../machine-work.ts";

type LeaveServices = Pick<InstallServices, "emit" | "interruption" | "run">;

/** Flushes and closes the disks. */
export async function closeDisks(
  services: LeaveServices,
  line: Lifeline,
  { mountPoint }: Pick<HostInstallation, "mountPoint">,
): Promise<void> {
  await workOnMachine(services, line, {
    job: "unmount",
    phase: "reboot",
    script: `set -- ${shellQuote([mountPoint])}\n${readAsset("src/install/steps/close-disks.sh")}`,
    code: "E_INSTALL",
    what: "the disks could not be closed",
    hint: "the system is installed; reboot the machine by hand",
  });
}

/** Milliseconds. */
const deadline = 20_000;

/**
 * Reboots, with a second's grace for the answer. Where the machine is still up after two minutes its kernel is told to reboot
 * without asking anybody: its disks are closed by now.
 */
export async function rebootMachine({ interruption }: LeaveServices, { connection }: Lifeline): Promise<void> {
  const script = [
    "apart=$(command -v setsid)",
    // One that comes back from the dead is not to be rebooted again: all of this dies with the installer.
    "$apart sh -c 'trap \"\" HUP; sleep 1; systemctl reboot 2>/dev/null || reboot; sleep 120; sync; echo 1 >/proc/sys/kernel/sysrq; echo b >/proc/sysrq-trigger' </dev/null >/dev/null 2>&1 &",
  ].join("\n");
  // The connection may break before the answer.
  await connection
    .run({ words: ["sh", "-s"], stdin: `${script}\n`, asRoot: true, deadline }, { signal: interruption.leave })
    .catch(() => null);
}
