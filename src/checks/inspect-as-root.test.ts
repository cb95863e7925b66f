import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HostName } from "../domain/host-name.ts";
import { Secret } from "../domain/secret.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import type { Connection } from "../ssh/connection.ts";
import { localConnection } from "../ssh/local-connection.ts";
import { thisMachine } from "../ssh/target.ts";
import { inspectAsRoot } from "./inspect-as-root.ts";
import { healthyInspection } from "./test-inspection.ts";

const { signal } = new AbortController();
const seen = { ...healthyInspection, elevation: null };
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-inspect-root-"));
  const asks = 'IFS= read -r line; [ "$line" = hunter2 ] || { echo "Sorry, try again." >&2; exit 1; }; shift 2';
  // What sudo's own configuration may say stands before the answer.
  const answers = "printf 'a lecture'; for word; do case $word in -*) shift ;; *) break ;; esac; done; exec \"$@\"";
  writeFileSync(join(directory, "sudo"), `#!/bin/sh\n${asks}\n${answers}\n`);
  chmodSync(join(directory, "sudo"), 0o755);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function connectionWith(
  password: string | null,
  words: readonly string[] = [join(directory, "sudo"), "-H", "--"],
): Connection {
  const target = { host: HostName.parse("web-01"), address: thisMachine, port: null, user: null, options: [] };
  return localConnection(
    spawnRunner(),
    { ...target, hostKey: null, elevation: words },
    password === null ? null : new Secret(password),
  );
}

test("a password completes what the login left open", async () => {
  const inspection = await inspectAsRoot(connectionWith("hunter2"), seen, signal);
  expect(inspection.elevation).toEqual([join(directory, "sudo"), "--stdin", "--prompt=", "-H", "--"]);
  expect({ ...inspection, elevation: null }).toMatchObject({ machineId: seen.machineId, lock: null });
});

test("a wrong one is refused at once, and not shown", async () => {
  const asking = inspectAsRoot(connectionWith("hunter3"), seen, signal);
  await expect(asking).rejects.toMatchObject({ code: "E_ELEVATION", message: expect.stringContaining("password") });
  await expect(asking).rejects.not.toMatchObject({ log: [expect.stringContaining("hunter3")] });
});

test("without a password, or where none is wanted, nothing is asked", async () => {
  expect(await inspectAsRoot(connectionWith(null), seen, signal)).toBe(seen);
  expect(await inspectAsRoot(connectionWith("hunter2", ["doas"]), seen, signal)).toBe(seen);
  expect(await inspectAsRoot(connectionWith("hunter2"), healthyInspection, signal)).toBe(healthyInspection);
});
