// The images that machines start from, made once of one small Debian: an installer, a kexec tarball with it, the disk of "any Linux", and what
// the installed system is built of. A change of the recipe, all of which is in image/, makes them anew.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { bedDirectory, bedFile, controllerDirectory } from "../places.ts";
import { debianMirror, dyingWithUs, rootFileSystem } from "../root-file-system.ts";
import { run } from "../run.ts";

export const machinesDirectory = join(bedDirectory, "machines");

/** What the images are, below one directory. */
export interface MachineImages {
  readonly directory: string;
  /** The kernel of all of them, and the installer as its initrd. */
  readonly kernel: string;
  readonly installer: string;
  /** After nixos-images' protocol: kexec/{run,bzImage,initrd,kexec,ip}. */
  readonly kexecTarball: string;
  /** A disk of 8 GiB, qcow2, with Debian 13 on it; boots from BIOS and from EFI. */
  readonly debianDisk: string;
  /** A statically linked busybox with udhcpd. */
  readonly busybox: string;
  /** States of running machines; see snapshots. */
  readonly snapshots: string;
}

const unwanted = ["doc", "info", "locale", "man"];

function recipeFile(name: string): string {
  return join(import.meta.dirname, "image", name);
}

/** What the bed's own root file system is made by, on which the images are built. */
const rootFileSystemRecipe = ["root-file-system.ts", "prepare-root-file-system.sh", "system/masked.nix"];

/** Twelve letters that change with the recipe. system/default.nix reckons them, too: from the texts of the same files, in the order of their names. */
export function imagesRecipe(): string {
  const files = readdirSync(join(import.meta.dirname, "image"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(sh|txt)$/.test(name))
    .toSorted();
  const texts = [...rootFileSystemRecipe.map(bedFile), ...files.map(recipeFile)].map((file) =>
    readFileSync(file, "utf8"),
  );
  return createHash("sha256").update(texts.join("")).digest("hex").slice(0, 12);
}

/** Where the images are, or will be. */
export function machineImages(): MachineImages {
  const directory = join(machinesDirectory, imagesRecipe());
  return {
    directory,
    kernel: join(directory, "kernel/bzImage"),
    installer: join(directory, "installer.cpio.zst"),
    kexecTarball: join(directory, "nixos-kexec-installer-x86_64-linux.tar.gz"),
    debianDisk: join(directory, "debian.qcow2"),
    busybox: join(directory, "tree/usr/bin/busybox"),
    snapshots: join(directory, "snapshots"),
  };
}

export function areImagesMade(): boolean {
  return existsSync(machineImages().directory);
}

/** Shows them to the controller, which builds installed systems of them: below its own /nix, for that path is the same wherever a bed is. */
export async function showImagesToController(): Promise<void> {
  const link = join(controllerDirectory, "nix/machines");
  if (existsSync(link)) return;
  await mkdir(join(controllerDirectory, "nix"), { recursive: true });
  await run(["ln", "-sfn", machinesDirectory, link]);
}

/** Makes them, when they are not there. The caller holds the lock of the set-up, and the root file system of the bed's hosts exists. */
export async function makeMachineImages(): Promise<void> {
  const images = machineImages();
  if (areImagesMade()) return;
  await mkdir(machinesDirectory, { recursive: true });
  await removeOthers();
  const unfinished = `${images.directory}.unfinished`;
  const at = (name: string): string => join(unfinished, name);
  const make = async (script: string, ...args: string[]): Promise<void> => {
    await run(["unshare", "--mount", "sh", recipeFile(script), ...args], { deadline: 600_000 });
  };
  await mkdir(unfinished);
  await Promise.all([makeTree(at("tree")), fetchKernel(at("package"))]);
  await make("make-kernel.sh", at("tree"), at("package"), at("kernel"));
  await make("make-first-stage.sh", at("tree"), at("kernel"), at("first-stage.cpio.zst"));
  await make("make-userland.sh", at("tree"), at("kernel"), at("userland"));
  await Promise.all([
    make("make-debian.sh", at("tree"), at("kernel"), at("first-stage.cpio.zst"), at("debian.qcow2")),
    make("make-installer.sh", at("tree"), at("kernel"), at("installer.cpio.zst")).then(async () =>
      make(
        "make-kexec-tarball.sh",
        at("tree"),
        at("kernel"),
        at("installer.cpio.zst"),
        at(basename(images.kexecTarball)),
      ),
    ),
  ]);
  await run(["chmod", "a-w", at("debian.qcow2")]);
  await run(["rm", "-rf", at("package")]);
  await mkdir(at("snapshots"));
  await rename(unfinished, images.directory);
}

/** The Debian of all images: the one of the bed's hosts and what machines need besides. */
async function makeTree(path: string): Promise<void> {
  const packages = readFileSync(recipeFile("packages.txt"), "utf8").trim().split("\n");
  await run(
    [
      ...dyingWithUs,
      "mmdebstrap",
      "--mode=root",
      "--variant=custom",
      "--format=directory",
      "--skip=check/empty",
      `--include=${packages.join(",")}`,
      "--dpkgopt=force-unsafe-io",
      ...unwanted.map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
      `--setup-hook=cp -a ${rootFileSystem()}/. "$1"`,
      `--customize-hook=${recipeFile("prepare-tree.sh")} "$1"`,
      "trixie",
      path,
      await debianMirror(),
    ],
    { deadline: 600_000 },
  );
}

/** Unpacks Debian 12's kernel, whichever Debian this machine is. */
async function fetchKernel(path: string): Promise<void> {
  const apt = `${path}.apt`;
  for (const directory of ["lists/partial", "archives/partial"]) await mkdir(join(apt, directory), { recursive: true });
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  await writeFile(join(apt, "sources.list"), `deb [signed-by=${keyring}] ${await debianMirror()} bookworm main\n`);
  const options = [
    `Dir::Etc::sourcelist=${join(apt, "sources.list")}`,
    "Dir::Etc::sourceparts=-",
    `Dir::State::lists=${join(apt, "lists")}`,
    `Dir::Cache::archives=${join(apt, "archives")}`,
    "Dir::Cache::pkgcache=",
    "Dir::Cache::srcpkgcache=",
    "APT::Sandbox::User=root",
    "Acquire::Languages=none",
  ].flatMap((option) => ["-o", option]);
  await run(["apt-get", ...options, "update", "-qq"], { deadline: 180_000 });
  const depends = await run(["apt-cache", ...options, "depends", "linux-image-amd64"]);
  const name = depends.match(/Depends: (linux-image-\S+)/)?.[1];
  if (name === undefined) throw new Error(`no kernel among what linux-image-amd64 depends on:\n${depends}`);
  await run(["apt-get", ...options, "download", "-qq", name], { cwd: apt, deadline: 180_000 });
  const file = readdirSync(apt).find((entry) => entry.endsWith(".deb"));
  if (file === undefined) throw new Error(`apt-get download ${name} left no package in ${apt}`);
  await run(["dpkg", "-x", join(apt, file), path], { deadline: 180_000 });
  await run(["rm", "-rf", apt]);
}

/** Those of older recipes, and what a killed set-up left; not what somebody may still be at work with. */
async function removeOthers(): Promise<void> {
  const longAgo = Date.now() - 12 * 3600 * 1000;
  for (const name of readdirSync(machinesDirectory)) {
    const path = join(machinesDirectory, name);
    if (name.endsWith(".unfinished") || statSync(path).mtimeMs < longAgo)
      await run(["rm", "-rf", "--one-file-system", path]);
  }
}
