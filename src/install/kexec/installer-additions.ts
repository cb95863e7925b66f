// What is added to an installer's first root: the machine's network, and a host key where the machine has none of its own.
import { gzipSync } from "node:zlib";
import type { HostKeyPair } from "./openssh-key.ts";
import { cpioArchive, type CpioEntry } from "./cpio-archive.ts";
import type { NetworkFile } from "./network-files.ts";

/** Where an image may look for the files itself; flotilla's own do. */
export const networkDirectory = "flotilla/network";

/**
 * For an image that knows nothing of us, such as nixos-images': systemd in its first root takes units from here too
 * (systemd.unit(5), the unit search path), and nothing of NixOS lies there. /run is the one file system that lives on in
 * the installer, and networkd reads the files there together with those in /etc, by their names.
 */
const unitDirectory = "etc/systemd/system.control";
const unitName = "flotilla-network.service";
const unit = `[Unit]
Description=Hand the network of the machine over to the installer
DefaultDependencies=no
ConditionPathExists=/${networkDirectory}
Before=initrd.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'mkdir -p -m 755 /run/systemd/network && cp /${networkDirectory}/* /run/systemd/network/'
`;

export interface Additions {
  /** None: the image's own way is left to itself. */
  readonly networkFiles: readonly NetworkFile[];
  readonly hostKey: HostKeyPair | null;
}

/** The archive, to be appended to an initrd: compressed, since one that is not would have to begin at a multiple of four. */
export function installerAdditions({ hostKey, networkFiles }: Additions): Uint8Array {
  return gzipSync(cpioArchive([...networkEntries(networkFiles), ...(hostKey === null ? [] : hostKeyEntries(hostKey))]));
}

function networkEntries(files: readonly NetworkFile[]): readonly CpioEntry[] {
  if (files.length === 0) return [];
  const wants = `${unitDirectory}/initrd.target.wants`;
  return [
    // Not etc and etc/systemd: the kernel would put directories in the place of links that an image may have there.
    ...["flotilla", networkDirectory, unitDirectory, wants].map(directory),
    ...files.map(({ name, text }) => file(`${networkDirectory}/${name}`, 0o644, text)),
    file(`${unitDirectory}/${unitName}`, 0o644, unit),
    { kind: "link", path: `${wants}/${unitName}`, to: `../${unitName}` },
  ];
}

/** Where nixos-images' `run` puts the machine's own keys, and its initrd takes them from. */
function hostKeyEntries({ privateKey, publicKey }: HostKeyPair): readonly CpioEntry[] {
  const path = "ssh/ssh_host_ed25519_key";
  return [directory("ssh"), file(path, 0o600, privateKey.reveal()), file(`${path}.pub`, 0o644, `${publicKey}\n`)];
}

const directory = (path: string): CpioEntry => ({ kind: "directory", path, mode: 0o755 });
const file = (path: string, mode: number, content: string): CpioEntry => ({ kind: "file", path, mode, content });
