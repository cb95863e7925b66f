import { expect, test } from "vitest";
import { fakeConnection } from "../../test/fakes/fake-connection.ts";
import { HostName } from "../domain/host-name.ts";
import { RunId } from "../domain/run-id.ts";
import { StorePath } from "../domain/store-path.ts";
import { partsOf, wholeOf } from "../process/program-input.ts";
import type { Connection, RemoteCommand } from "../ssh/connection.ts";
import { guardClient } from "./guard-client.ts";
import type { GuardOrder } from "./guard.ts";

const run = RunId.parse("00000001");
const observer = { onState() {}, onLog() {} };
const { signal } = new AbortController();
const order: GuardOrder = {
  run,
  operator: "ana@desk",
  goal: "switch",
  profiles: [
    {
      name: "system",
      activator: "nixos",
      path: StorePath.parse(`/nix/store/${"0".repeat(32)}-system`),
      user: "root",
      profilePath: "/nix/var/nix/profiles/system",
      generation: null,
      specialisation: null,
    },
  ],
  activationTimeout: 1,
  confirmTimeout: 1,
  rollback: true,
  onFailedUnits: "rollback",
  preActivate: null,
  healthChecks: [],
  installBootloader: false,
  keepSucceeded: false,
};

/** A connection whose commands are answered in turn; says whether each brought the guard along. */
function answering(...answers: readonly (readonly string[])[]) {
  const brought: boolean[] = [];
  const target = { address: "a", port: null, user: null, options: [], hostKey: null, elevation: null };
  const connection: Connection = {
    ...fakeConnection({ host: HostName.parse("web-01"), ...target }),
    run: async ({ stdin }: RemoteCommand, options) => {
      brought.push(wholeOf(stdin ?? "").includes("THE GUARD"));
      for (const line of answers[brought.length - 1] ?? []) options?.onStdoutLine?.(line);
      return { exitCode: 0, stdout: "", stderr: "", aborted: false, timedOut: false };
    },
  };
  return { connection, brought };
}

const ended = [`flotilla-guard 1 ${run}`, "O deployed - "];

test("of all hosts that a run deploys to, each is sent the same bytes: held once, they may be many", async () => {
  const sent: unknown[] = [];
  const { connection } = answering(ended, ended);
  const client = guardClient("THE GUARD");
  for (const name of ["00000001", "00000002"]) {
    const noting: Connection = {
      ...connection,
      run: (command, options) => {
        sent.push(partsOf(command.stdin ?? []).find((part) => typeof part !== "string"));
        return connection.run(command, options);
      },
    };
    await client.start(noting, { ...order, run: RunId.parse(name) }, observer, signal);
  }
  expect(sent[0]).toEqual(Buffer.from("THE GUARD"));
  expect(sent[1]).toBe(sent[0]);
});

test("the guard that was left on the host is not sent again", async () => {
  const { brought, connection } = answering(ended, ended);
  const client = guardClient("THE GUARD");
  await client.start(connection, order, observer, signal);
  await expect(client.confirm(connection, run, observer, signal)).resolves.toMatchObject({ outcome: "deployed" });
  expect(brought).toEqual([true, false]);
});

test("it is sent again where a reboot took it away", async () => {
  const { brought, connection } = answering(ended, ["E E_NO_SUCH_RUN the guard is not there"], ended);
  const client = guardClient("THE GUARD");
  await client.start(connection, order, observer, signal);
  await expect(client.follow(connection, run, observer, signal)).resolves.toMatchObject({ outcome: "deployed" });
  expect(brought).toEqual([true, false, true]);
});

test("a run that another program started is asked with our own guard", async () => {
  const { brought, connection } = answering(ended);
  await guardClient("THE GUARD").follow(connection, run, observer, signal);
  expect(brought).toEqual([true]);
});
