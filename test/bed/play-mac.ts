// Makes a host look like a Mac to all who log in: no Mac can be a host of the bed.
import { chmod, cp, copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "./host.ts";
import { bedFile } from "./places.ts";

/** What a Mac has not, or has otherwise. */
const onlyLinux = [
  "busctl",
  "findmnt",
  "flock",
  "getent",
  "ip",
  "journalctl",
  "loginctl",
  "nsenter",
  "runuser",
  "setpriv",
  "setsid",
  "systemctl",
  "systemd-run",
  "timeout",
  "unshare",
  "useradd",
];

/**
 * From now on who logs into a running host is in something that is macOS as far as flotilla can see: Nix is there, but
 * neither nix-darwin nor /proc nor systemd. The console still shows the Linux that it is. Gone after the next boot.
 */
export async function playMac(host: Host): Promise<void> {
  const mac = join(host.directory, "root/opt/mac");
  await cp(bedFile("mac/bin"), join(mac, "stand-ins"), { recursive: true });
  await copyFile(bedFile("mac/session.sh"), join(mac, "session"));
  await chmod(join(mac, "session"), 0o755);
  for (const directory of ["bin", "proc", "linux-bin", "linux-sbin"]) await mkdir(join(mac, directory));
  const { exitCode, stderr } = await host.exec(["sh", "-euc", furnish]);
  if (exitCode !== 0) throw new Error(`${host.name} cannot play a Mac: ${stderr}`);
}

// The names that the links lead to are there only in a session.
const furnish = `
cd /opt/mac/bin
for program in /usr/sbin/*; do ln -sf "/opt/mac/linux-sbin/\${program##*/}" "\${program##*/}"; done
for program in /usr/bin/*; do ln -sf "/opt/mac/linux-bin/\${program##*/}" "\${program##*/}"; done
ln -sf /opt/mac/linux-bin/bash sh
rm -f ${onlyLinux.join(" ")}
nix=/nix/var/nix/profiles/default/bin
mkdir -p "$nix"
for program in nix*; do rm "$program"; ln -sf /opt/mac/stand-ins/with-proc "$nix/$program"; done
chmod 0755 /opt/mac/stand-ins/*
for program in /opt/mac/stand-ins/*; do ln -sf "$program" "\${program##*/}"; done
ln -sf /opt/mac/stand-ins/with-proc df
rm -f /etc/NIXOS /etc/os-release /run/booted-system /run/current-system /nix/var/nix/profiles/system /nix/var/nix/profiles/system-*-link
for user in root $(cat /etc/bed/users); do usermod --shell /opt/mac/session "$user"; done
# A Mac's sudo keeps the PATH.
grep -v secure_path /etc/sudoers >/etc/sudoers.mac
chmod 0440 /etc/sudoers.mac
mv /etc/sudoers.mac /etc/sudoers
`;
