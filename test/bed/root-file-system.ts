// The root file system that all hosts of all beds share, read-only, below their own layer: Debian 13 with its systemd 257, Nix 2.26 and
// OpenSSH 10, because those are what current NixOS machines run and Debian 12 does not.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { bedFile, rootFileSystemsDirectory } from "./places.ts";
import { run } from "./run.ts";

const suite = "trixie";
const packages = `
  systemd systemd-sysv dbus libpam-systemd libnss-systemd openssh-server openssh-client nix-bin nix-setup-systemd sudo opendoas
  iproute2 iputils-ping procps busybox git rsync curl ca-certificates zstd xz-utils bzip2 less`
  .trim()
  .split(/\s+/);
/** What it starts dies when we are killed, and its mounts are nobody else's: the next set-up finds a directory and nothing that writes to it. */
export const dyingWithUs = [
  "setpriv",
  "--pdeathsig",
  "KILL",
  "unshare",
  "--mount",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
] as const;
const unwanted = ["doc", "info", "locale", "man", "lintian", "gitweb", "bash-completion", "zsh"];

/** Where the root file system is, or will be; another recipe gives another place. */
export function rootFileSystem(): string {
  const scripts = ["prepare-root-file-system.sh", "system/masked.nix"].map((name) =>
    readFileSync(bedFile(name), "utf8"),
  );
  const recipe = JSON.stringify([suite, packages, unwanted, scripts]);
  return join(rootFileSystemsDirectory, createHash("sha256").update(recipe).digest("hex").slice(0, 12));
}

/** Makes it, when it is not there. The caller holds the lock of the set-up. */
export async function makeRootFileSystem(): Promise<void> {
  const path = rootFileSystem();
  if (existsSync(path)) return;
  await mkdir(rootFileSystemsDirectory, { recursive: true });
  await removeUnused();
  const unfinished = `${path}.${process.pid}`;
  await run(
    [
      ...dyingWithUs,
      "mmdebstrap",
      "--mode=root",
      "--variant=minbase",
      "--format=directory",
      `--include=${packages.join(",")}`,
      ...unwanted.map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
      `--customize-hook=${bedFile("prepare-root-file-system.sh")} "$1"`,
      suite,
      unfinished,
      await debianMirror(),
    ],
    { deadline: 600_000 },
  );
  await rename(unfinished, path);
}

/** The place this machine gets Debian from. */
export async function debianMirror(): Promise<string> {
  const release = readFileSync("/etc/os-release", "utf8").match(/^VERSION_CODENAME=(.*)$/m)?.[1] ?? "";
  const format = "$(REPO_URI) $(CODENAME) $(COMPONENT)";
  const targets = await run(["apt-get", "indextargets", "--format", format, "Created-By: Packages"]);
  const line = targets.split("\n").find((target) => target.endsWith(` ${release} main`));
  if (line === undefined)
    throw new Error(`the apt sources of this machine have no "${release} main": from where is Debian to be had?`);
  return line.split(" ")[0] ?? "";
}

/** Removes those of older recipes and what a killed set-up left, unless a host still runs on one. */
async function removeUnused(): Promise<void> {
  const mounts = readFileSync("/proc/mounts", "utf8");
  for (const name of readdirSync(rootFileSystemsDirectory)) {
    const path = join(rootFileSystemsDirectory, name);
    if (!mounts.includes(path)) await run(["rm", "-rf", "--one-file-system", path]);
  }
}
