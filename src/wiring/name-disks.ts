// Before a disk is wiped the operator names it: on the command line, or typed at a question that a habit cannot answer.
import type { DiskPlan, PlannedDisk } from "../disk/disk-plan.ts";
import type { DevicePath } from "../disk/machine-disks.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import { shellQuote } from "../domain/shell-quote.ts";
import type { PasswordDevice } from "../terminal/ask-password.ts";
import { idLink } from "../terminal/disk-view.ts";
import { visible } from "../terminal/visible.ts";

/** What the operator said on the command line. */
export interface NamedDisks {
  readonly wipe: ReadonlyMap<string, DevicePath>;
  readonly wipeAll: boolean;
}

/** The disks that would be wiped, and that the command line does not name. */
export const unnamedDisks = (
  { disks }: Pick<DiskPlan, "disks">,
  { wipe, wipeAll }: NamedDisks,
): readonly PlannedDisk[] => (wipeAll ? [] : disks.filter(({ fate, name }) => fate === "wiped" && !wipe.has(name)));

/**
 * The flags that name disks, by names that stay with them.
 *
 * @example wipeFlags(disks) === "--wipe main=/dev/disk/by-id/nvme-S1"
 */
export const wipeFlags = (disks: readonly Pick<PlannedDisk, "name" | "device">[]): string =>
  disks
    .map(({ device, name }) => `--wipe ${shellQuote([name])}=${shellQuote([idLink(device) ?? device.path])}`)
    .join(" ");

/**
 * Asks the operator to type the host's name and those of the disks, after their picture was shown.
 *
 * @param disks of one host, at least one
 * @throws FlotillaError E_WIPE_NOT_NAMED where something else is typed, and where there is no terminal to ask on
 */
export async function nameDisks(
  host: HostName,
  disks: readonly PlannedDisk[],
  device: Omit<PasswordDevice, "echo">,
): Promise<void> {
  try {
    const names = disks.map(({ name }) => name);
    if (!device.isTerminal) {
      throw notNamed(host, `${host}: ${names.join(", ")} would be wiped, and there is no terminal to ask on`, disks);
    }
    const expected = [host, ...names];
    device.write(`${host}: type ${visible(expected.join(" "))} to wipe ${disks.length === 1 ? "it" : "them"}: `);
    let answer = "";
    for await (const chunk of device.chunks) {
      answer += Buffer.from(chunk).toString("utf8");
      if (/[\r\n]/u.test(answer)) break;
    }
    const [first, ...typed] = wordsOf(answer);
    const isNamed = first === host && sorted(typed) === sorted(names.flatMap(wordsOf));
    if (!isNamed) throw notNamed(host, `${host}: what was typed does not name the disks; nothing was touched`, disks);
  } finally {
    device.close();
  }
}

const wordsOf = (text: string): readonly string[] => text.split(/[\s,]+/u).filter((word) => word !== "");

const sorted = (words: readonly string[]): string => words.toSorted().join("\n");

const notNamed = (host: HostName, message: string, disks: readonly PlannedDisk[]): FlotillaError =>
  new FlotillaError("E_WIPE_NOT_NAMED", message, { host, hint: `to wipe what was shown: ${wipeFlags(disks)}` });
