// The packages of all tests in one installation, before anything else: what is made of them is then made beside the first tests.
import { mkdir } from "node:fs/promises";
import { takeLock } from "../test/bed/lock.ts";
import { installPackages, missingPackages } from "../test/bed/packages.ts";
import { bedDirectory, setUpLock } from "../test/bed/places.ts";

/** On a machine that has them nothing is said. */
export async function installTestPackages(say: (line: string) => void): Promise<void> {
  if (missingTestPackages().length === 0) return;
  await mkdir(bedDirectory, { recursive: true });
  const lock = await takeLock(setUpLock, { seconds: 900 });
  if (lock === null) throw new Error(`another set-up of the test bed has held ${setUpLock} for 15 minutes`);
  try {
    const missing = missingTestPackages();
    if (missing.length === 0) return;
    say(`installing ${missing.join(" ")} …`);
    await installPackages(missing);
  } finally {
    await lock.release();
  }
}

const missingTestPackages = (): readonly string[] => missingPackages({ forTests: true });
