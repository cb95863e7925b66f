// The Debian packages the bed needs on this machine, each known by a file it brings.
import { existsSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { run } from "./run.ts";

const bedPackages: Readonly<Record<string, string>> = {
  "ca-certificates": "/usr/sbin/update-ca-certificates",
  curl: "/usr/bin/curl",
  git: "/usr/bin/git",
  iproute2: "/sbin/ip",
  mmdebstrap: "/usr/bin/mmdebstrap",
  "nix-bin": "/usr/bin/nix",
  "openssh-client": "/usr/bin/ssh",
  patchelf: "/usr/bin/patchelf",
  procps: "/usr/bin/ps",
  "python3-minimal": "/usr/bin/python3",
  "systemd-container": "/usr/bin/systemd-nspawn",
  zstd: "/usr/bin/zstd",
};

/** What the unit tests want besides: linters, shells, an sshd to log in to. */
const testPackages: Readonly<Record<string, string>> = {
  busybox: "/bin/busybox",
  cpio: "/usr/bin/cpio",
  fish: "/usr/bin/fish",
  "openssh-server": "/usr/sbin/sshd",
  shellcheck: "/usr/bin/shellcheck",
  tcsh: "/bin/tcsh",
  zsh: "/bin/zsh",
};

/** What real machines want besides; see machines/. */
const machinePackages: Readonly<Record<string, string>> = {
  ovmf: "/usr/share/OVMF/OVMF_CODE_4M.fd",
  "qemu-system-x86": "/usr/bin/qemu-system-x86_64",
  "qemu-utils": "/usr/bin/qemu-img",
};

export interface PackageUse {
  readonly forTests: boolean;
  readonly forMachines?: boolean;
}

export function missingPackages({ forTests, forMachines = false }: PackageUse): readonly string[] {
  const packages = {
    ...bedPackages,
    ...(forTests ? testPackages : {}),
    ...(forMachines ? machinePackages : {}),
  };
  return Object.entries(packages).flatMap(([name, file]) => (existsSync(file) ? [] : [name]));
}

/** What unit tests are skipped for, on whichever machine. */
export function missingTestPrograms(): readonly string[] {
  const directories = (process.env["PATH"] ?? "").split(delimiter);
  const missing = ["busybox", "fish", "shellcheck", "tcsh", "zsh"].filter(
    (name) => !directories.some((directory) => existsSync(join(directory, name))),
  );
  return process.getuid?.() === 0 && existsSync("/usr/sbin/sshd") ? missing : [...missing, "root's sshd"];
}

/** Installs what is missing, without recommended packages. An sshd that comes with it is not started. */
export async function installPackages(names: readonly string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  // Another apt may be at work; it gets two minutes.
  const lock = "DPkg::Lock::Timeout=120";
  // An installation that was killed half way must be ended first.
  await run(["dpkg", "--configure", "-a"], { deadline: 180_000, env });
  await run(["apt-get", "update", "-qq"], { deadline: 180_000, env });
  if (names.includes("openssh-server")) await maskSshService();
  const options = ["-o", lock, "-o", "DPkg::Options::=--force-unsafe-io"];
  const words = ["apt-get", "install", "-qq", "--no-install-recommends", ...options, ...names] as const;
  await run(words, { deadline: 300_000, env });
}

/** The tests start an sshd of their own; this machine shall not let anybody in because of them: `systemctl unmask ssh` is its owner's to say. */
async function maskSshService(): Promise<void> {
  const unit = "/etc/systemd/system/ssh.service";
  if (existsSync(unit)) return;
  await mkdir(dirname(unit), { recursive: true });
  await symlink("/dev/null", unit);
}
