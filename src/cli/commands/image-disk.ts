import { diskImageFlags, imageCommand, type ImageFlags } from "./image.ts";

interface Flags extends ImageFlags {
  readonly format: "raw" | "qcow2";
}

export const imageDisk = imageCommand<Flags>({
  kind: "disk",
  brief: "Build the disk of a host with its system on it",
  fullDescription: [
    "Build a disk image with a host's system on it, for a virtual machine or to be written to a disk. With a layout",
    "in disko.devices disko's image builder makes one image a disk; without one nixpkgs makes one disk, whose root",
    "file system has the label nixos. Nothing is built where nobody could log in.",
  ].join("\n"),
  examples: [
    { input: "web-1", brief: "the disk is in ./web-1-disk" },
    { input: "web-1 --format qcow2", brief: "the same for QEMU" },
  ],
  flags: {
    ...diskImageFlags,
    format: {
      kind: "enum",
      values: ["raw", "qcow2"],
      default: "raw",
      brief: "What the file is",
    },
  },
  more: ({ format }) => ({ keyFiles: [], format }),
});
