// What is to be done to the disks of a machine so that they are as a layout says: shown first, agreed to, then carried out as it stands here.
import { compareLayout } from "./compare/compare-layout.ts";
import { type ComparedPart, isWithin, within } from "./compare/compared-part.ts";
import { destroyDisks } from "./destroy-disks.ts";
import type { DiskMode, DiskPlan, DiskRefusal, DiskStep, PlannedDisk } from "./disk-plan.ts";
import { duplicateLabels } from "./duplicate-labels.ts";
import { findDisks } from "./find-disk.ts";
import type { DiskLayout } from "./layout.ts";
import { lostLines } from "./lost-lines.ts";
import type { BlockDevice, DevicePath, MachineDisks } from "./machine-disks.ts";
import { mountSteps } from "./mount-steps.ts";
import { namedDisks } from "./named-disks.ts";
import { partsAfter } from "./parts-after.ts";
import { planRefusals } from "./plan-refusals.ts";
import { plannedGroups } from "./planned-groups.ts";
import { unmountSteps } from "./unmount-steps.ts";
import { verifyDisks } from "./verify-disks.ts";
import { wipedMachine } from "./wiped-machine.ts";

export interface DiskWish {
  readonly layout: DiskLayout;
  readonly machine: MachineDisks;
  readonly mode: DiskMode;
  /**
   * In mode "wipe": the disks that the operator named, by their name in the layout, and the device that is meant by it. "all": every disk of the layout
   * but those that are never to be wiped (`destroy = false`). A disk of the layout that is not named keeps what it has, and gets what is missing.
   */
  readonly wipe: ReadonlyMap<string, DevicePath> | "all";
  /** Below which the installed system's file systems are mounted: "/mnt"; "/" for a machine that runs from them. */
  readonly root: string;
  /** "goes": the plan is shown now, and carried out in an installer after kexec; what is mounted now is not in its way. */
  readonly runningSystem: "stays" | "goes";
  /** In modes "wipe" and "create": mount everything below the root in the end. */
  readonly thenMount: boolean;
}

/**
 * The plan. Where it has refusals nothing of it may be carried out, and its steps are only to be shown.
 *
 * Steps stand in the order of what depends on what. Those that destroy name only disks that were named by the operator; modes "create", "mount" and
 * "unmount" have none.
 *
 * @throws FlotillaError E_DISK_LAYOUT for what readLayout refuses
 * @example diskScript(planDisks({ layout, machine, mode: "wipe", wipe: "all", root: "/mnt", runningSystem: "stays", thenMount: true }).steps)
 */
export function planDisks(wish: DiskWish): DiskPlan {
  const { layout, machine, mode } = wish;
  const { disks, refusals: unfound } = findDisks(layout, machine);
  const found = new Set([...disks.values()].map(({ path }) => path));
  const frame = {
    groups: plannedGroups(layout),
    untouched: machine.disks.filter(({ kind, path }) => kind === "disk" && !found.has(path)),
  };
  switch (mode) {
    case "wipe":
    case "create":
      return { ...frame, ...planChange(wish, disks, unfound) };
    case "mount":
    case "unmount": {
      const steps = mode === "mount" ? mountSteps(layout, wish.root) : unmountSteps(layout, wish.root);
      const doubled = mode === "mount" ? duplicateLabels(layout, machine, disks, new Set()) : [];
      const settled = mode === "mount" && verifyDisks(layout, machine, wish.root).length === 0;
      return {
        ...frame,
        disks: [...disks].map(([name, device]) => plannedDisk(name, device, wish, { fate: "kept", parts: [] })),
        // What is to be unmounted may lie on a disk that is gone.
        refusals: mode === "mount" ? [...unfound, ...doubled] : [],
        settled,
        steps: settled ? [] : steps,
      };
    }
  }
}

function planChange(
  wish: DiskWish,
  disks: ReadonlyMap<string, BlockDevice>,
  unfound: readonly DiskRefusal[],
): Pick<DiskPlan, "disks" | "refusals" | "settled" | "steps"> {
  const { layout, machine, mode, root, runningSystem } = wish;
  const named = mode === "wipe" ? namedDisks(layout, machine, disks, wish.wipe) : { disks: [], refusals: [] };
  const destroyed = destroyDisks(named.disks, { machine, root, runningSystem });
  const wiped = new Set(named.disks.map(({ device }) => device.path));
  // What is made is made as if the disks were blank already.
  const blank = wipedMachine(machine, wiped);
  const left = new Map(
    [...disks].map(([name, device]) => [name, blank.disks.find(({ path }) => path === device.path) ?? device]),
  );
  const parts = compareLayout({ layout, machine: blank, disks: left, root });
  const afterwards = [...left].map(([name, device]) => ({ name, after: partsAfter(layout, name, device, parts) }));
  const steps: readonly DiskStep[] = [...destroyed.steps, ...parts.flatMap(({ make }) => make ?? [])];
  const refusals = [
    ...unfound,
    ...named.refusals,
    ...destroyed.refusals,
    ...duplicateLabels(layout, blank, left, wiped),
    ...planRefusals({
      layout,
      machine,
      runningSystem,
      mode,
      disks,
      wiped,
      parts,
      misfits: new Map(afterwards.map(({ after, name }) => [name, after.misfit])),
    }),
  ];
  return {
    disks: [...disks].map(([name, device]) => {
      const touched = parts.some((one) => touches(one, name, device));
      return plannedDisk(name, device, wish, {
        fate: wiped.has(device.path) ? "wiped" : touched ? "changed" : "kept",
        parts: afterwards.find((one) => one.name === name)?.after.parts ?? [],
      });
    }),
    refusals,
    settled: steps.length === 0 && refusals.length === 0,
    steps: steps.length > 0 && wish.thenMount ? [...steps, ...mountSteps(layout, root)] : steps,
  };
}

const touches = ({ make, option, place }: ComparedPart, name: string, device: BlockDevice): boolean =>
  place?.disk === device.path ||
  (make !== null && make.length > 0 && isWithin(option, within("disko.devices.disk", name)));

function plannedDisk(
  name: string,
  device: BlockDevice,
  { machine }: DiskWish,
  { fate, parts }: { readonly fate: PlannedDisk["fate"]; readonly parts: PlannedDisk["after"] },
): PlannedDisk {
  const lines = lostLines(device, machine);
  return {
    name,
    device,
    fate,
    lost: fate === "wiped" ? lines : [],
    keptParts: fate === "wiped" ? [] : lines,
    after: parts,
  };
}
