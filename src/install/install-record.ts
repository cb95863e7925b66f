// What an install leaves on the disks that it makes, so that a later run knows how far it came, even after a power cut.
import { createHash } from "node:crypto";
import { z } from "zod";
import type { DiskLayout } from "../disk/layout.ts";
import { HostName } from "../domain/host-name.ts";
import { RunId } from "../domain/run-id.ts";
import { StorePath } from "../domain/store-path.ts";

/** Below the root of the installed system. */
export const recordPath = "nix/var/flotilla/install.json";

export const InstallRecord = z.object({
  version: z.literal(1),
  host: HostName,
  run: RunId,
  operator: z.string(),
  /** Of the layout that the disks were made by. */
  layout: z.string(),
  system: StorePath.nullable(),
  /** disks: made and mounted. installed: the boot loader is there. running: seen running from its disks. */
  state: z.enum(["disks", "installed", "running"]),
  at: z.iso.datetime(),
});
export type InstallRecord = z.infer<typeof InstallRecord>;

/** null for what is no record of ours. */
export function parseRecord(text: string): InstallRecord | null {
  try {
    return InstallRecord.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** The same for the same layout. */
export const layoutDigest = (layout: DiskLayout | null): string =>
  layout === null ? "unknown" : createHash("sha256").update(JSON.stringify(layout)).digest("hex").slice(0, 16);
