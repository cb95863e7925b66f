// Nix 2.26 for the controller: the binary of the hosts' root file system with its libraries beside it, made to run on an older distribution.
// A wrapper around ld.so would not do: nix starts itself again by /proc/self/exe.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { copyFile, mkdir, rename, rm, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { bedDirectory } from "./places.ts";
import { rootFileSystem } from "./root-file-system.ts";
import { run } from "./run.ts";

const programs = [
  "build",
  "channel",
  "collect-garbage",
  "copy-closure",
  "daemon",
  "env",
  "hash",
  "instantiate",
  "prefetch-url",
  "shell",
  "store",
];

/** Where it is, or will be; its programs are in bin/. */
export function controllerNix(): string {
  const recipe = createHash("sha256")
    .update(readFileSync(import.meta.filename))
    .digest("hex")
    .slice(0, 6);
  return join(bedDirectory, `nix-${basename(rootFileSystem())}-${recipe}`);
}

/** Makes it, when it is not there. The caller holds the lock of the set-up, and the root file system exists. */
export async function makeControllerNix(): Promise<void> {
  const path = controllerNix();
  if (existsSync(path)) return;
  const root = rootFileSystem();
  const unfinished = `${path}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(join(unfinished, "bin"), { recursive: true });
  await mkdir(join(unfinished, "lib"));

  const nix = join(unfinished, "bin", "nix");
  await copyFile(join(root, "usr/bin/nix"), nix);
  const interpreter = await run(["patchelf", "--print-interpreter", nix]);
  const listing = await run(["chroot", root, "ldd", "/usr/bin/nix"]);
  const libraries = listing.split("\n").flatMap((line) => line.match(/=> (\/\S+)/)?.[1] ?? []);
  for (const library of [interpreter, ...libraries]) {
    await copyFile(join(root, library), join(unfinished, "lib", basename(library)));
  }
  const final = join(path, "lib");
  await run([
    "patchelf",
    "--set-interpreter",
    join(final, basename(interpreter)),
    "--force-rpath",
    "--set-rpath",
    final,
    nix,
  ]);
  for (const program of programs) await symlink("nix", join(unfinished, "bin", `nix-${program}`));
  await rename(unfinished, path);
}
