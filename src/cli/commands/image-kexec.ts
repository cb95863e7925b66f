import { imageCommand, installerFlags, type InstallerFlags } from "./image.ts";

export const imageKexec = imageCommand<InstallerFlags>({
  kind: "kexec",
  brief: "Build an installer that a running Linux jumps into",
  fullDescription: [
    "Build an installer for the machine of a host, of the host's own nixpkgs: a tarball that `flotilla install",
    "--kexec` and nixos-anywhere jump into from any Linux. It lets in who may log in to the host as root or as",
    "the user that flotilla logs in as, and who may log in to the machine that jumps. Nothing is built of an",
    "installer that nobody could log in to.",
  ].join("\n"),
  examples: [
    { input: "web-1", brief: "the tarball is in ./web-1-kexec" },
    { input: "web-1 --authorized-keys ~/.ssh/id_ed25519.pub", brief: "that key is let in, too" },
  ],
  flags: installerFlags,
  more: ({ authorizedKeys }) => ({ keyFiles: authorizedKeys ?? [], format: "raw" }),
});
