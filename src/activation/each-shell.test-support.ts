// The same tests of the guard under each shell that a host's sh may be: Debian's, a rescue system's, NixOS's.
import { describe } from "vitest";
import { spawnRunner } from "../process/spawn-runner.ts";
import { findProgram, type TestHostKind } from "./furnish-test-host.test-support.ts";
import { TestHost } from "./test-host.test-support.ts";

/** Declares the tests once a shell; they run side by side, since most of their time is the guard's own waiting. */
export async function underEachShell(
  shells: readonly string[],
  declare: (host: () => Promise<TestHost>) => void,
  kind?: TestHostKind,
): Promise<void> {
  const runner = spawnRunner();
  for (const name of shells) {
    const file = await findProgram(name);
    const title =
      file === null
        ? `without ${name}, which this machine does not have`
        : `under ${name}${kind === undefined ? "" : `, ${kind}`}`;
    // oxlint-disable-next-line vitest/valid-title -- a string, with the reason for the skipping in it
    describe.skipIf(file === null).concurrent(title, { timeout: 90_000 }, () => {
      declare(() => TestHost.create(file ?? "", runner, kind));
    });
  }
}
