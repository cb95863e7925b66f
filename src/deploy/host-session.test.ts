import { expect, test } from "vitest";
import { fakeConnection } from "../../test/fakes/fake-connection.ts";
import { healthyInspection } from "../checks/test-inspection.ts";
import { HostName } from "../domain/host-name.ts";
import type { OpenedConnection } from "../ssh/connection.ts";
import { sessionOf } from "./host-session.ts";

const declared = ["doas", "--"];

/** A login, and the words that its session was told to become root by. */
function login() {
  const told: (readonly string[] | null)[] = [];
  const closed: string[] = [];
  const target = { address: "a", port: null, user: "ana", options: [], hostKey: null, elevation: null };
  const made = fakeConnection({ host: HostName.parse("web-01"), ...target }, () => closed.push("closed"));
  const connection = {
    ...made,
    withElevation: (words: readonly string[] | null) => {
      told.push(words);
      return made;
    },
  };
  const opened: OpenedConnection = { connection, firstOutput: "" };
  return { opened, told, closed };
}

test.each([
  ["root needs no words, whatever is declared", [], declared, []],
  ["what is declared comes before what was found", ["sudo", "-n"], declared, declared],
  ["what was found serves where nothing is declared", ["sudo", "-n"], null, ["sudo", "-n"]],
])("%s", async (_, found, words, expected) => {
  const { opened, told } = login();
  await sessionOf(opened, async () => ({ ...healthyInspection, elevation: found }), words);
  expect(told).toEqual([expected]);
});

test("a login whose host cannot be inspected ends", async () => {
  const { opened, closed } = login();
  await expect(sessionOf(opened, () => Promise.reject(new Error("no answer")), null)).rejects.toThrow("no answer");
  expect(closed).toEqual(["closed"]);
});
