// Makes this machine able to hold beds with real machines: QEMU, and the images they start from.
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { takeLock } from "../lock.ts";
import { installPackages, missingPackages } from "../packages.ts";
import { bedDirectory, setUpLock } from "../places.ts";
import { setUp, step } from "../set-up.ts";
import { areImagesMade, machinesDirectory, makeMachineImages, showImagesToController } from "./machine-images.ts";

/** After setUp of the bed itself; two at once wait for each other, and nothing is done twice. */
export async function setUpMachines(say: (line: string) => void): Promise<void> {
  await setUp(say);
  await showImagesToController();
  if (isReady()) return;
  await mkdir(machinesDirectory, { recursive: true });
  const lock = await takeLock(setUpLock, { seconds: 900 });
  if (lock === null) throw new Error(`another set-up of the test bed has held ${setUpLock} for 15 minutes`);
  try {
    const missing = missingPackages({ forTests: false, forMachines: true });
    await step(missing.length > 0, `installing ${missing.join(" ")}`, () => installPackages(missing), say);
    await step(!areImagesMade(), "making the images of machines", makeMachineImages, say);
  } finally {
    await lock.release();
  }
}

function isReady(): boolean {
  return (
    existsSync(bedDirectory) && missingPackages({ forTests: false, forMachines: true }).length === 0 && areImagesMade()
  );
}
