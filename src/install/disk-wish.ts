// What is asked of the disks of one machine, from the operator's words and what the machine is.
import type { DiskMode } from "../disk/disk-plan.ts";
import { devicesOn } from "../disk/block-devices.ts";
import { findDisks } from "../disk/find-disk.ts";
import type { DiskLayout } from "../disk/layout.ts";
import type { DevicePath, MachineDisks } from "../disk/machine-disks.ts";
import type { DiskWish } from "../disk/plan-disks.ts";
import type { DiskTask } from "./disk-task.ts";

export interface DiskWords {
  readonly task: DiskTask;
  readonly wipe: ReadonlyMap<string, DevicePath>;
  readonly wipeAll: boolean;
  /** null: where an installer has it, or "/" on a machine that runs from these disks. */
  readonly mountPoint: string | null;
}

/** @param installerRoot where the host's configuration has its disks mounted by an installer */
export function diskWish(
  { mountPoint, task, wipe, wipeAll }: DiskWords,
  layout: DiskLayout,
  machine: MachineDisks,
  installerRoot: string,
): DiskWish {
  const mode = modeOf(task, wipeAll || wipe.size > 0);
  const runsFromThem = mode !== "mount" && mode !== "unmount" && isRunningFrom(layout, machine);
  return {
    layout,
    machine,
    mode,
    // Whoever names some means these; whoever names none is asked for their names.
    wipe: wipe.size > 0 ? wipe : "all",
    root: mountPoint ?? (runsFromThem ? "/" : installerRoot),
    runningSystem: "stays",
    thenMount: "changes" in task && task.changes !== null ? task.changes.mount : mode === "wipe",
  };
}

/** What is done where the task does not say it: disks that may be wiped are, else only what is missing is made. */
function modeOf(task: DiskTask, mayWipe: boolean): DiskMode {
  switch (task.kind) {
    case "mount":
    case "unmount":
      return task.kind;
    case "verify":
      return "create";
    case "plan":
    case "apply": {
      const { changes } = task;
      if (changes === null) return mayWipe ? "wipe" : "create";
      return changes.wipe ? "wipe" : changes.create ? "create" : "mount";
    }
  }
}

/** Whether the system that runs has its root on a disk of the layout. */
export const isRunningFrom = (layout: DiskLayout, machine: MachineDisks): boolean =>
  [...findDisks(layout, machine).disks.values()].some((disk) =>
    devicesOn(disk).some(({ mountpoints }) => mountpoints.includes("/")),
  );
