import { imageCommand, installerFlags, type InstallerFlags } from "./image.ts";

export const imageIso = imageCommand<InstallerFlags>({
  kind: "iso",
  brief: "Build an installer to boot a machine from",
  fullDescription: [
    "Build nixpkgs' minimal installation medium, of a host's own nixpkgs, for a stick or a virtual drive. Once a",
    "machine has booted from it, `flotilla install` logs in there as root. It lets in who may log in to the host",
    "as root or as the user that flotilla logs in as. Nothing is built of an installer that nobody could log in to.",
  ].join("\n"),
  examples: [
    { input: "web-1", brief: "the medium is in ./web-1-iso/iso" },
    { input: "'web-*' --output images", brief: "one for each web host, in images/" },
  ],
  flags: installerFlags,
  more: ({ authorizedKeys }) => ({ keyFiles: authorizedKeys ?? [], format: "raw" }),
});
