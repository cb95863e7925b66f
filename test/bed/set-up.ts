// Makes this machine able to hold beds: packages, the hosts' root file system, the controller's Nix. Nothing is done twice;
// two at once wait for each other; what a killed one left half done is made again.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { controllerNix, makeControllerNix } from "./controller-nix.ts";
import { takeLock } from "./lock.ts";
import { installPackages, missingPackages } from "./packages.ts";
import { bedDirectory, bedsDirectory, controllerDirectory, setUpLock } from "./places.ts";
import { makeRootFileSystem, rootFileSystem } from "./root-file-system.ts";

/** Why no bed can be on this machine, in one line; null when it can. */
export function whyNoBed(): string | null {
  if (process.platform !== "linux") return `the test bed needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "the test bed needs root: it makes network namespaces, mounts and machines";
  if (!existsSync("/etc/debian_version") || !existsSync("/usr/bin/apt-get"))
    return "the test bed needs Debian: its hosts are made of Debian packages";
  return null;
}

export interface SetUpOptions {
  /** Also what the unit tests want. */
  readonly forTests?: boolean;
}

/** Progress goes to `say`, a line per step that has to be done; on a machine that is ready nothing is said. */
export async function setUp(say: (line: string) => void, { forTests = false }: SetUpOptions = {}): Promise<void> {
  const why = whyNoBed();
  if (why !== null) throw new Error(why);
  allowManyHosts();
  if (isReady(forTests)) return;
  await mkdir(bedsDirectory, { recursive: true });
  await mkdir(controllerDirectory, { recursive: true });
  const lock = await takeLock(setUpLock, { seconds: 900 });
  if (lock === null) throw new Error(`another set-up of the test bed has held ${setUpLock} for 15 minutes`);
  try {
    const missing = missingPackages({ forTests });
    await step(missing.length > 0, `installing ${missing.join(" ")}`, () => installPackages(missing), say);
    await step(
      !existsSync(rootFileSystem()),
      "making the root file system of the hosts (Debian trixie)",
      makeRootFileSystem,
      say,
    );
    await step(!existsSync(controllerNix()), "making the controller's nix", makeControllerNix, say);
  } finally {
    await lock.release();
  }
}

/** A host takes about five inotify instances; the kernel's default of 128 is soon used up, and then units fail to start. */
function allowManyHosts(): void {
  const file = "/proc/sys/fs/inotify/max_user_instances";
  const needed = 1024;
  try {
    if (Number(readFileSync(file, "utf8")) < needed) writeFileSync(file, `${needed}`);
  } catch {
    // Not ours to set in some containers: then it is as it is.
  }
}

function isReady(forTests: boolean): boolean {
  return (
    existsSync(bedDirectory) &&
    missingPackages({ forTests }).length === 0 &&
    existsSync(rootFileSystem()) &&
    existsSync(controllerNix())
  );
}

/** Does it when it is needed, and says how long it took. */
export async function step(
  needed: boolean,
  title: string,
  work: () => Promise<void>,
  say: (line: string) => void,
): Promise<void> {
  if (!needed) return;
  const start = Date.now();
  say(`test bed: ${title} …`);
  await work();
  say(`test bed: done in ${((Date.now() - start) / 1000).toFixed(1)} s`);
}
