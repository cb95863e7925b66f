// What a machine of the bed is made of, as QEMU's words. Software emulation always: a /dev/kvm that opens proves nothing.
import { join } from "node:path";

export type Firmware = "efi" | "bios";

export interface Disk {
  /** A qcow2. */
  readonly file: string;
  /** The machine sees it as /dev/disk/by-id/virtio-SERIAL. At most 20 letters. */
  readonly serial: string;
}

export interface Hardware {
  readonly name: string;
  /** Holds sockets, console.log and, with EFI, firmware-variables. */
  readonly directory: string;
  readonly firmware: Firmware;
  readonly memoryMiB: number;
  readonly hardwareAddress: string;
  /** The network device on this side. */
  readonly tap: string;
}

/** Started by QEMU itself, as if from a stick that is pulled at the next reboot. */
export interface DirectBoot {
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
}

export const firmwareCode = "/usr/share/OVMF/OVMF_CODE_4M.fd";
export const firmwareVariables = "/usr/share/OVMF/OVMF_VARS_4M.fd";

/** Without disks: those come by `diskWords`, or while it runs by `plugDisk`. */
export function qemuWords(hardware: Hardware, boot: DirectBoot | null): [string, ...string[]] {
  const at = (file: string): string => join(hardware.directory, file);
  const socket = (id: string, file: string): string => `socket,id=${id},path=${at(file)},server=on,wait=off`;
  const words = [
    ["-name", hardware.name, "-machine", "pc", "-accel", "tcg,thread=multi"],
    // With erms, every copy by the kernel takes two to three times as long under emulation.
    ["-cpu", "max,-erms", "-smp", "1", "-m", String(hardware.memoryMiB)],
    ["-nodefaults", "-display", "none"],
    ["-chardev", `${socket("console", "console.socket")},logfile=${at("console.log")},logappend=on`],
    ["-serial", "chardev:console"],
    ["-chardev", socket("shell", "shell.socket"), "-serial", "chardev:shell"],
    ["-qmp", `unix:${at("monitor.socket")},server=on,wait=off`],
    ["-netdev", `tap,id=net,ifname=${hardware.tap},script=no,downscript=no`],
    ["-device", `virtio-net-pci,netdev=net,mac=${hardware.hardwareAddress},addr=0x3,romfile=`],
    ["-device", "virtio-rng-pci,addr=0x4"],
  ];
  if (hardware.firmware === "efi") {
    words.push(["-drive", `if=pflash,format=raw,unit=0,readonly=on,file=${firmwareCode}`]);
    words.push(["-drive", `if=pflash,format=raw,unit=1,file=${at("firmware-variables")}`]);
  }
  if (boot !== null) {
    words.push(["-kernel", boot.kernel, "-initrd", boot.initrd, "-append", boot.commandLine]);
    // Tells power-supply.sh how it ended.
    words.push(["-no-reboot", "-qmp", "stdio"]);
  }
  return ["qemu-system-x86_64", ...words.flat()];
}

/** The disk in the place `index`: vda, vdb, … by their places, and booted from in that order. */
export function diskWords({ file, serial }: Disk, index: number): readonly string[] {
  const drive = `if=none,id=disk${index},file=${file},format=qcow2,cache=unsafe,discard=unmap`;
  return ["-drive", drive, "-device", device(serial, index).join(",")];
}

/** The same disk, put into a running machine by its monitor. */
export function plugDisk(
  { file, serial }: Disk,
  index: number,
): readonly [command: string, parameters: Readonly<Record<string, unknown>>][] {
  const cache = { direct: false, "no-flush": true };
  const drive = {
    driver: "qcow2",
    "node-name": `disk${index}`,
    discard: "unmap",
    cache,
    file: { driver: "file", filename: file, cache },
  };
  const [driver, ...properties] = device(serial, index);
  const parameters = Object.fromEntries(properties.map((property) => property.split("=")));
  return [
    ["blockdev-add", drive],
    // The monitor wants this one as a number.
    ["device_add", { driver, ...parameters, bootindex: index + 1 }],
  ];
}

function device(serial: string, index: number): readonly string[] {
  const address = `0x${(8 + index).toString(16)}`;
  return [
    "virtio-blk-pci",
    `id=blk${index}`,
    `drive=disk${index}`,
    `serial=${serial}`,
    `addr=${address}`,
    `bootindex=${index + 1}`,
  ];
}
