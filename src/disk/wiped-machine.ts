// A machine as it will be once disks of it have been wiped.
import { devicesOn } from "./block-devices.ts";
import type { BlockDevice, MachineDisks } from "./machine-disks.ts";

/** @param wiped the kernel's paths of whole disks */
export function wipedMachine(machine: MachineDisks, wiped: ReadonlySet<string>): MachineDisks {
  const gone = new Set(
    machine.disks.filter(({ path }) => wiped.has(path)).flatMap((disk) => devicesOn(disk).map(({ path }) => path)),
  );
  return {
    ...machine,
    disks: machine.disks.map((disk) => (wiped.has(disk.path) ? blank(disk) : disk)),
    groups: machine.groups.filter(({ members }) => !members.some((member) => gone.has(member))),
  };
}

const blank = (disk: BlockDevice): BlockDevice => ({
  ...disk,
  links: disk.links.filter((link) => !/^\/dev\/disk\/by-(?:uuid|label|partuuid|partlabel)\//u.test(link)),
  table: null,
  signature: null,
  mountpoints: [],
  used: null,
  children: [],
});
