// What there is on a test host before anything is deployed to it: its programs, most of them this machine's own.
import { access, mkdir, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { assetPath } from "../assets.ts";

/** What runs on the host: systemd, another init, or macOS with the programs that it has. */
export type TestHostKind = "systemd" | "linux" | "mac";

/** What there is of the programs that Linux and macOS share; each host has more, of its own. */
const commonPrograms =
  "basename cat chmod cp cut date dd dirname env false find grep head ln ls mkdir mv printf rm sed sleep sort stat tail tr true wc";

/** Where the program is, or `null` where this machine has none. */
export async function findProgram(name: string): Promise<string | null> {
  for (const directory of [
    "/bin",
    "/usr/bin",
    "/run/current-system/sw/bin",
    ...(process.env["PATH"] ?? "").split(delimiter),
  ]) {
    const file = join(directory, name);
    const found = await access(file).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return null;
}

/** Where the host's programs are. */
export const programsOf = (kind: TestHostKind): string => (kind === "mac" ? "usr/bin" : "run/wrappers/bin");

/** Furnishes the directory `root`; the host's `sh` is the given program. */
export async function furnish(root: string, kind: TestHostKind, shell: string): Promise<void> {
  for (const directory of ["usr", "home/ana", "root", "nix/var/nix/profiles", "systems", "profiles", "var/run"]) {
    await mkdir(join(root, directory), { recursive: true });
  }
  // As nix-darwin makes it.
  if (kind === "mac") await symlink("var/run", join(root, "run"));
  const programs = join(root, programsOf(kind));
  await mkdir(programs, { recursive: true });
  await symlink(shell, join(programs, "sh"));
  await symlink("/bin/true", join(programs, "sync"));
  await linkOurs(programs, "nix-env id getent");
  switch (kind) {
    case "systemd":
      return furnishWithSystemd(root, programs);
    case "linux":
      await furnishLinux(root, programs);
      return symlink("/proc", join(root, "proc"));
    case "mac":
      return furnishMac(root, programs);
  }
}

/** Programs of test-host/. */
async function linkOurs(programs: string, names: string): Promise<void> {
  for (const name of names.split(" ")) {
    await symlink(assetPath(`src/activation/test-host/${name}`), join(programs, name.split("/").at(-1) ?? ""));
  }
}

async function furnishLinux(root: string, programs: string): Promise<void> {
  await linkOurs(programs, "setpriv");
  await symlink("/usr/bin", join(root, "usr/bin"));
  await symlink("/bin", join(root, "bin"));
}

async function furnishWithSystemd(root: string, programs: string): Promise<void> {
  await furnishLinux(root, programs);
  await linkOurs(programs, "systemctl systemd-run");
  await symlink(assetPath("src/activation/test-host/unit"), join(root, "usr/unit"));
  await mkdir(join(root, "run/systemd/system"), { recursive: true });
  await mkdir(join(root, "proc/sys/kernel/random"), { recursive: true });
  await symlink("/proc/uptime", join(root, "proc/uptime"));
  await writeFile(join(root, "proc/sys/kernel/random/boot_id"), "first boot\n");
}

async function furnishMac(root: string, programs: string): Promise<void> {
  await linkOurs(programs, "mac/readlink mac/ps mac/sysctl");
  await symlink(assetPath("src/activation/test-host/setpriv"), join(programs, "sudo"));
  for (const name of commonPrograms.split(" ")) {
    await symlink((await findProgram(name)) ?? "/missing", join(programs, name));
  }
  await writeFile(join(root, "boot-session"), "first boot\n");
}
