// Walking the devices of a machine, which stand under each device that they are made of.
import type { BlockDevice, DeviceGroup, MachineDisks } from "./machine-disks.ts";

/** A device and all that is on it, outermost first, each once. */
export function devicesOn(device: BlockDevice): readonly BlockDevice[] {
  return [...collect([device], new Map()).values()];
}

/** All devices of a machine, each once. */
export function allDevices(machine: MachineDisks): readonly BlockDevice[] {
  return [...collect(machine.disks, new Map()).values()];
}

/** What is made of a device, the innermost first: the order in which it can be taken apart. */
export function devicesInside(device: BlockDevice): readonly BlockDevice[] {
  return device.children
    .flatMap((child) => [...devicesInside(child), child])
    .filter((one, index, all) => all.findIndex((other) => other.path === one.path) === index);
}

/** The device that a name under /dev stands for; several where the name is claimed by several. */
export function devicesNamed(machine: MachineDisks, name: string): readonly BlockDevice[] {
  return allDevices(machine).filter((device) => device.path === name || device.links.includes(name));
}

/** The devices that it lies on directly. */
export function parentsOf(machine: MachineDisks, path: string): readonly BlockDevice[] {
  return allDevices(machine).filter((device) => device.children.some((child) => child.path === path));
}

/** The whole disks that it lies on, however deep. */
export function disksUnder(machine: MachineDisks, path: string): readonly BlockDevice[] {
  return machine.disks.filter((disk) => devicesOn(disk).some((device) => device.path === path));
}

/** The groups that have the device among their members. */
export function groupsOf(machine: MachineDisks, path: string): readonly DeviceGroup[] {
  return machine.groups.filter((group) => group.members.includes(path));
}

function collect(devices: readonly BlockDevice[], found: Map<string, BlockDevice>): Map<string, BlockDevice> {
  for (const device of devices) {
    if (found.has(device.path)) continue;
    found.set(device.path, device);
    collect(device.children, found);
  }
  return found;
}
