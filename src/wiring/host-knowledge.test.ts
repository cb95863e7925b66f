import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testProfile } from "../../test/fakes/test-profile.ts";
import { HostName } from "../domain/host-name.ts";
import type { Outcome } from "../domain/outcome.ts";
import { runIdFrom } from "../domain/run-id.ts";
import { StorePath } from "../domain/store-path.ts";
import { Deployment } from "../fleet/deployment.ts";
import type { Host } from "../fleet/fleet.ts";
import { finished, started } from "../history/test-events.ts";
import { hostKnowledge } from "./host-knowledge.ts";
import { OperatorInput } from "./operator-input.ts";
import { Tools } from "./tools.ts";

const { signal } = new AbortController();
const path = StorePath.parse(`/nix/store/${"0".repeat(32)}-system`);
const names = ["good", "bad", "killed", "mended", "excused", "unknown"].map((name) => HostName.parse(name));
const [good, bad, killed, mended, excused, unknown] = names;

let directory: string;
let tools: Tools;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-knowledge-"));
  const streams = { stdin: (async function* () {})(), stderr: { write: () => true } };
  tools = new Tools(
    { ...process.env, XDG_STATE_HOME: directory, XDG_RUNTIME_DIR: directory },
    new OperatorInput(streams),
    () => {},
  );
});
afterAll(async () => {
  await tools.close();
  rmSync(directory, { recursive: true });
});

/** A run over one host, so many seconds after the first; null: nobody saw its end. */
function record(seconds: number, host: HostName, outcome: Outcome | null, more: object = {}): void {
  const run = runIdFrom(new Uint8Array(8).fill(seconds));
  tools.history.record(started(run, seconds, [host]));
  if (outcome !== null) tools.history.record(finished(run, seconds, host, outcome, more));
}

describe("hasFailed", () => {
  it("is about the newest run that had the host", () => {
    if (!good || !bad || !killed || !mended || !excused || !unknown) throw new Error("a host is missing");
    record(1, good, "deployed");
    record(2, bad, "rolled-back");
    record(3, killed, null);
    record(4, mended, "failed");
    record(5, mended, "unchanged");
    record(6, excused, "skipped", { reason: { code: "E_NOT_DEPLOYED", message: "?", log: [] } });
    const { hasFailed } = hostKnowledge(tools, signal);
    expect(names.filter(hasFailed)).toEqual([bad, killed]);
  });
});

describe("hasChanged", () => {
  const host = (deployment: Deployment): Host => ({
    name: HostName.parse("here"),
    system: null,
    deployment,
    profiles: [testProfile(path)],
    version: null,
    sshPorts: null,
  });

  it("asks the machine, and says nothing of one that does not answer", async () => {
    const { hasChanged } = hostKnowledge(tools, signal);
    const changed = async (settings: object) => hasChanged(host(Deployment.parse(settings)), signal);
    expect(await changed({ targetHost: "." })).toBe(true);
    expect(await changed({ targetHost: null })).toBe(false);
    expect(await changed({ targetHost: "127.0.0.1", targetPort: 9, sshOptions: ["-F", "none"] })).toBeNull();
  });
});
