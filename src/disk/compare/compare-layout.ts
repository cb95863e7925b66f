// All that a layout declares against all that a machine has, in the order in which it would be made.
import { devicesNamed } from "../block-devices.ts";
import { stepsOfDevice } from "../create/create-steps.ts";
import { groupOf, orderDevices } from "../device-order.ts";
import type { DiskLayout } from "../layout.ts";
import { contentsOf, type DeviceName } from "../walk-layout.ts";
import { compareContent } from "./compare-content.ts";
import { type ComparedPart, type Comparison, isBlank, isWithin, option, part, within } from "./compared-part.ts";
import { compareGroup, type MemberState } from "./compare-groups.ts";

/**
 * How every part stands. Nothing is said of a part whose place is yet to be made: it comes with that place's steps.
 *
 * @throws FlotillaError E_DISK_LAYOUT for what readLayout refuses
 */
export function compareLayout(comparison: Comparison): readonly ComparedPart[] {
  const { disks, layout } = comparison;
  const parts: ComparedPart[] = [];
  for (const name of orderDevices(layout)) {
    if (name.class === "disk") {
      const device = disks.get(name.name);
      const disk = layout.disk[name.name];
      if (disk === undefined) continue;
      const at = option(["disk", name.name]);
      if (device === undefined) {
        parts.push(part(at, `disk ${name.name} (${disk.device})`, "missing"));
      } else if (isBlank(device)) {
        const make = stepsOfDevice(layout, name, comparison.root);
        parts.push(part(at, `disk ${name.name} (${disk.device})`, make.length === 0 ? "same" : "empty", { make }));
      } else {
        parts.push(
          ...compareContent(comparison, disk.content, { option: within(at, "content"), device, hidden: false }),
        );
      }
    } else {
      parts.push(...compareGroup(comparison, name, memberState(comparison, name, parts)));
    }
  }
  return parts;
}

/** How the members of a group stand, by what was found on the way to them. */
function memberState({ layout, machine }: Comparison, name: DeviceName, parts: readonly ComparedPart[]): MemberState {
  const members = memberOptions(layout, name);
  const hidden = members.some(({ at }) => parts.some((one) => one.standing === "hidden" && isWithin(at, one.option)));
  const allNew = members.every(({ path, at }) => {
    const inNew = parts.some(
      (one) =>
        (one.standing === "missing" || one.standing === "empty") && one.make !== null && isWithin(at, one.option),
    );
    const [device] = devicesNamed(machine, path);
    return inNew || (device !== undefined && isBlank(device));
  });
  // A member that is written already, of a group that nobody told of: LVM's programs were not there, or nobody was root.
  return { hidden: hidden || (!machine.probed && !allNew), allNew };
}

const memberOptions = (
  layout: DiskLayout,
  name: DeviceName,
): readonly { readonly path: string; readonly at: string }[] =>
  contentsOf(layout).flatMap(({ content, path }) => {
    const group = groupOf(content);
    return group?.class === name.class && group.name === name.name ? [{ path: content.device, at: option(path) }] : [];
  });
