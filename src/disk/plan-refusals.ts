// Why a plan is not carried out, beyond disks that are not there or not to be wiped: what would have to move, shrink or be overwritten.
import { type ComparedPart, isBlank, isWithin, within } from "./compare/compared-part.ts";
import type { DiskMode, DiskRefusal } from "./disk-plan.ts";
import { describeDisk, lastingName } from "./find-disk.ts";
import type { DiskLayout } from "./layout.ts";
import type { BlockDevice, MachineDisks } from "./machine-disks.ts";

export interface PlanState {
  readonly layout: DiskLayout;
  readonly machine: MachineDisks;
  readonly mode: DiskMode;
  readonly runningSystem: "stays" | "goes";
  /** Of the layout, by name. */
  readonly disks: ReadonlyMap<string, BlockDevice>;
  /** Paths of disks that are blank by then. */
  readonly wiped: ReadonlySet<string>;
  readonly parts: readonly ComparedPart[];
  /** By the disk's name, why the layout does not fit. */
  readonly misfits: ReadonlyMap<string, string | null>;
}

export function planRefusals(state: PlanState): readonly DiskRefusal[] {
  return [
    ...unseen(state),
    ...tooSmall(state),
    ...notNamed(state),
    ...state.parts.flatMap((one) => impossible(one, state)),
  ];
}

/** Beside a disk that is wiped, one that was not named is left as it is, or made where it is blank; it is not made fit. */
function notNamed({ disks, layout, mode, parts, wiped }: PlanState): readonly DiskRefusal[] {
  if (mode !== "wipe") return [];
  return [...disks].flatMap(([name, device]) => {
    if (wiped.has(device.path) || isBlank(device) || layout.disk[name]?.destroy === false) return [];
    const changed = parts.filter(
      ({ make, option }) => make !== null && make.length > 0 && isWithin(option, within("disko.devices.disk", name)),
    );
    if (changed.length === 0) return [];
    return [
      {
        message: `disk "${name}", ${describeDisk(device)}, holds something else than the layout says, and is not named to be wiped`,
        hint: `name it: --wipe ${name}=${lastingName(device)}; or set disko.devices.disk.${name}.destroy = false to have what is missing made beside what is there`,
      },
    ];
  });
}

/** An installer shows more than a login without root; what is shown before kexec is looked at again in it. */
function unseen({ machine, runningSystem }: PlanState): readonly DiskRefusal[] {
  if (machine.probed || runningSystem === "goes") return [];
  return [
    {
      message: "what lies on the disks is not known: root and the blkid of util-linux have to look",
      hint: "log in as root or as a user that can become root; on a rescue system, install util-linux's blkid",
    },
  ];
}

function tooSmall({ disks, misfits }: PlanState): readonly DiskRefusal[] {
  return [...misfits].flatMap(([name, misfit]) => {
    const device = disks.get(name);
    if (misfit === null || device === undefined) return [];
    return [
      {
        message: `disk "${name}", ${describeDisk(device)}: ${misfit}`,
        hint: `make partitions of disko.devices.disk.${name} smaller, or take a larger disk`,
      },
    ];
  });
}

function impossible(part: ComparedPart, { disks, layout, mode }: PlanState): readonly DiskRefusal[] {
  if (part.make !== null || part.standing === "same" || part.standing === "hidden") return [];
  const name = [...disks.keys()].find((one) => isWithin(part.option, within("disko.devices.disk", one)));
  // A disk that was not found has been refused already.
  if (name === undefined && Object.keys(layout.disk).some((one) => part.option === within("disko.devices.disk", one)))
    return [];
  const device = name === undefined ? undefined : disks.get(name);
  const wish =
    device === undefined || name === undefined ? "" : `wipe the disk (--wipe ${name}=${lastingName(device)}), or `;
  return [
    {
      message: `${part.what} ${words(part)}${part.why === null ? "" : `: ${part.why}`}`,
      hint: `${wish}change ${part.option}${mode === "create" ? "; nothing that is there is moved, renumbered, renamed or overwritten" : ""}`,
    },
  ];
}

function words({ standing }: ComparedPart): string {
  switch (standing) {
    case "missing":
    case "empty":
      return "cannot be made";
    case "smaller":
      return "cannot grow: what lies in it cannot";
    case "other":
      return "is not as declared";
    case "same":
    case "hidden":
      return "stays";
  }
}
