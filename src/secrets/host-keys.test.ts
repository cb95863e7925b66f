// What a run sends when, over a connection that takes down what comes.
import { describe, expect, test } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { Secret } from "../domain/secret.ts";
import { DeploymentKeys } from "../fleet/key-settings.ts";
import { wholeOf } from "../process/program-input.ts";
import type { Connection, RemoteCommand } from "../ssh/connection.ts";
import { deliverKeys, type KeyMoment } from "./host-keys.ts";
import type { KeyContents } from "./key-contents.ts";
import { describeKeys, readKeysAnswer } from "./keys-answer.ts";

const host = HostName.parse("web-01");
const target = { host, address: "web-01", port: null, user: null, options: [], hostKey: null, elevation: null };
const { signal } = new AbortController();

const keys = DeploymentKeys.parse({
  early: { text: "1" },
  late: { text: "2", uploadAt: "post-activation" },
});
/** A host that takes every key, and what it was sent. */
function takingHost(): { readonly connection: Pick<Connection, "run" | "target">; readonly commands: RemoteCommand[] } {
  const commands: RemoteCommand[] = [];
  const run: Connection["run"] = (command) => {
    commands.push(command);
    const stdout = "welcome\nflotilla-keys-1\nwritten 0\nend\n";
    return Promise.resolve({ exitCode: 0, stdout, stderr: "", timedOut: false, aborted: false });
  };
  return { connection: { target, run }, commands };
}

/** Reads every key but those that are named. */
function contentsBut(...broken: string[]): KeyContents {
  return {
    read: (_, { attribute }) =>
      broken.includes(attribute)
        ? Promise.reject(new FlotillaError("E_KEY", `${attribute} is broken`, { log: [attribute] }))
        : Promise.resolve(new Secret(Buffer.from(`content of ${attribute}`))),
  };
}

const deliver = (when: KeyMoment, contents = contentsBut(), declared = keys) => {
  const { connection, commands } = takingHost();
  const report = deliverKeys(contents, connection, { keys: declared }, when, signal);
  return { report, commands };
};
const sent = (commands: readonly RemoteCommand[]): string => wholeOf(commands[0]?.stdin ?? "").toString();

test("before a reboot all are read, and none is sent", async () => {
  const { report, commands } = deliver("before-reboot");
  expect(await report).toEqual({ keys: [], removed: [], remarks: [] });
  expect(commands).toEqual([]);
  await expect(deliver("before-reboot", contentsBut("late")).report).rejects.toMatchObject({
    message: "late is broken",
  });
});

describe("before the activation", () => {
  test("its keys go, whether or not their owners are there; nothing is removed", async () => {
    const { report, commands } = deliver("pre-activation");
    expect((await report).keys).toEqual([{ attribute: "early", path: "/run/keys/early", state: "written" }]);
    expect(commands).toMatchObject([{ asRoot: true, words: expect.arrayContaining(["flotilla-keys", "no"]) }]);
    expect(commands[0]?.words.slice(-2)).toEqual(["no", "no"]);
    expect(sent(commands)).toContain("content of early");
    expect(sent(commands)).not.toContain("content of late");
  });

  test("a later key that cannot be read is an error already", async () => {
    const { report, commands } = deliver("pre-activation", contentsBut("late"));
    await expect(report).rejects.toMatchObject({ message: "late is broken" });
    expect(commands).toEqual([]);
  });

  test("a host without such keys is not asked", async () => {
    const { report, commands } = deliver("pre-activation", contentsBut(), { ...keys, early: keys["late"]! });
    expect(await report).toEqual({ keys: [], removed: [], remarks: [] });
    expect(commands).toEqual([]);
  });
});

describe("after the activation", () => {
  test("all go, with their owners, and what is declared no more is removed", async () => {
    const { report, commands } = deliver("post-activation");
    await report;
    expect(commands[0]?.words.slice(-2)).toEqual(["yes", "yes"]);
    expect(sent(commands)).toContain("content of late");
    expect(sent(commands)).toContain("content of early");
  });

  test("a host without any key is asked too: it may have had some", async () => {
    const { report, commands } = deliver("post-activation", contentsBut(), {});
    expect(await report).toEqual({ keys: [], removed: [], remarks: [] });
    expect(commands).toHaveLength(1);
  });
});

test("all keys that cannot be read are in one error", async () => {
  const { report } = deliver("all", contentsBut("early", "late"));
  await expect(report).rejects.toMatchObject({
    code: "E_KEY",
    message: "early is broken; late is broken",
    log: ["early", "late"],
  });
});

test("a host that takes too long is said to, without the command that nobody wrote", async () => {
  const run = (): Promise<never> =>
    Promise.reject(new FlotillaError("E_DEADLINE", "sh -c eval did not end within 120 s", { log: ["said"] }));
  const report = deliverKeys(contentsBut(), { target, run }, { keys }, "all", signal);
  await expect(report).rejects.toMatchObject({
    code: "E_DEADLINE",
    message: expect.stringMatching(/^web-01: the keys were not there within \d+ s$/u),
    log: ["said"],
  });
});

test("no content is in the words of the command", async () => {
  const { report, commands } = deliver("all");
  await report;
  expect(commands.map(({ words }) => words.join(" ")).join("\n")).not.toContain("content");
});

describe("the answer of a host", () => {
  const settings = Object.values(keys);

  test.each([
    ["", "the host did not say that all was done", null],
    ["flotilla-keys-1\nwritten 0\n", "the host did not say that all was done", null],
    ["end\n", "the host did not say that all was done", null],
    ["flotilla-keys-1\nwritten 0\nerror no room\n", "no room", 1],
  ])("%j is the end of a delivery before its time", (output, why, replaced) => {
    expect(readKeysAnswer(output, settings)).toEqual({ kind: "ended early", why, replaced });
  });

  test("what comes before its greeting is not believed", () => {
    expect(readKeysAnswer("failed 0 x\nremoved /etc\nflotilla-keys-1\nunchanged 1\nend\n", settings)).toEqual({
      kind: "done",
      report: { keys: [{ attribute: "late", path: "/run/keys/late", state: "unchanged" }], removed: [], remarks: [] },
    });
  });

  test.each([
    ["written 0\nwritten 1\nremoved /a b", "2 keys written, 1 removed"],
    ["written 0\nunchanged 1", "1 key written, 1 unchanged"],
    ["unchanged 0", "1 key unchanged"],
    ["removed /x", "1 key removed"],
    ["", ""],
  ])("%j is told in a few words", (lines, words) => {
    const answer = readKeysAnswer(`flotilla-keys-1\n${lines}\nend\n`, settings);
    expect(answer.kind === "done" && describeKeys(answer.report)).toBe(words);
  });
});
