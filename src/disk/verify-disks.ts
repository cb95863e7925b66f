// Whether a machine has the disks that its configuration says: for `disk verify`, for the drift in `status`, and for what an install still has to do.
import { devicesNamed } from "./block-devices.ts";
import { compareLayout } from "./compare/compare-layout.ts";
import type { Standing } from "./compare/compared-part.ts";
import { findDisks } from "./find-disk.ts";
import type { DiskLayout } from "./layout.ts";
import { layoutMounts } from "./layout-mounts.ts";
import type { MachineDisks } from "./machine-disks.ts";
import { below } from "./mount-words.ts";

export interface DiskFinding {
  /** The option that declares it, as the user writes it; null: it is about several. */
  readonly option: string | null;
  /** "partition data of /dev/vda is missing". */
  readonly message: string;
  /** false: it could not be seen, and may well be as declared. */
  readonly certain: boolean;
}

/**
 * What is not as the layout says; empty: all that can be seen is.
 *
 * @param mountedBelow "/" of a system that runs from these disks, "/mnt" in an installer; null: nothing has to be mounted
 * @throws FlotillaError E_DISK_LAYOUT for what readLayout refuses
 */
export function verifyDisks(
  layout: DiskLayout,
  machine: MachineDisks,
  mountedBelow: string | null,
): readonly DiskFinding[] {
  const { disks, refusals } = findDisks(layout, machine);
  const compared = compareLayout({ layout, machine, disks, root: mountedBelow ?? "/mnt" });
  return [
    ...refusals.map(({ message }) => ({ option: null, message, certain: true })),
    ...(machine.probed
      ? []
      : [{ option: null, message: "root did not look: some of what lies on the disks is not known", certain: false }]),
    ...compared
      // A disk that is missing has been refused above, in more words.
      .filter(({ option }) => !isMissingDisk(option, layout, disks))
      .flatMap(({ option, standing, what, why }) =>
        standing === "same"
          ? []
          : [
              {
                option,
                message: `${what} ${standingWords[standing]}${why === null ? "" : `: ${why}`}`,
                certain: standing !== "hidden",
              },
            ],
      ),
    ...(mountedBelow === null ? [] : notMounted(layout, machine, mountedBelow)),
  ];
}

const standingWords: Readonly<Record<Exclude<Standing, "same">, string>> = {
  missing: "is missing",
  empty: "is not made: its place is empty",
  smaller: "is smaller than it could be",
  other: "is not as declared",
  hidden: "cannot be seen",
};

const isMissingDisk = (option: string, layout: DiskLayout, disks: ReadonlyMap<string, unknown>): boolean =>
  Object.keys(layout.disk).some((name) => !disks.has(name) && option === `disko.devices.disk.${name}`);

/** Of what has a block device: a tmpfs or a bind leaves no trace on one. */
function notMounted(layout: DiskLayout, machine: MachineDisks, root: string): readonly DiskFinding[] {
  return layoutMounts(layout).flatMap((mount) => {
    if (!mount.isDevice) return [];
    const place = below(root, mount.mountpoint);
    const pool = mount.type === "zfs" ? mount.source.split("/")[0] : null;
    const devices =
      pool === null
        ? devicesNamed(machine, mount.source)
        : machine.groups
            .filter(({ kind, name }) => kind === "zfs" && name === pool)
            .flatMap(({ members }) => members.flatMap((member) => devicesNamed(machine, member)));
    // What is not there has been found missing.
    if (devices.length === 0 || devices.some(({ mountpoints }) => mountpoints.includes(place))) return [];
    return [{ option: null, message: `${mount.source} is not mounted on ${place}`, certain: true }];
  });
}
