import { expect, test } from "vitest";
import { fakeConnection } from "../../test/fakes/fake-connection.ts";
import { HostName } from "../domain/host-name.ts";
import { RunId } from "../domain/run-id.ts";
import { testProfile } from "../../test/fakes/test-profile.ts";
import { StorePath } from "../domain/store-path.ts";
import type { Connection } from "../ssh/connection.ts";
import { keepProfiles } from "./keep-system.ts";

const system = StorePath.parse(`/nix/store/${"0".repeat(32)}-system`);
const host = { profiles: [testProfile(system)] } as const;
const run = RunId.parse("00000001");

/** A connection over which every command ends with this status. */
function ending(exitCode: number, said: string[][] = []): Connection {
  const target = { address: "a", port: null, user: null, options: [], hostKey: null, elevation: null };
  return {
    ...fakeConnection({ host: HostName.parse("web-01"), ...target }),
    run: ({ words }) => {
      said.push([...words]);
      return Promise.resolve({ exitCode, stdout: "", stderr: "No space left", aborted: false, timedOut: false });
    },
  };
}

test("the link is the one that the guard takes away", async () => {
  const said: string[][] = [];
  await keepProfiles(ending(0, said), run, host, new AbortController().signal);
  expect(said).toEqual([["sh", "-c", expect.any(String), "/nix/var/nix/gcroots/flotilla", run, system]]);
});

test("a host that cannot take the link has no room for the system either", async () => {
  const keeping = keepProfiles(ending(1), run, host, new AbortController().signal);
  await expect(keeping).rejects.toMatchObject({ code: "E_TARGET_DISK_FULL", log: ["No space left"] });
});
