import { expect, test } from "vitest";
import type { RunClock } from "../../deploy/run-clock.ts";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import { HostName } from "../../domain/host-name.ts";
import type { Connection } from "../../ssh/connection.ts";
import type { Target } from "../../ssh/target.ts";
import { awaitInstaller } from "./await-installer.ts";

const target: Target = {
  host: HostName.parse("web-01"),
  address: "192.0.2.9",
  port: null,
  user: "root",
  options: [],
  hostKey: "ssh-ed25519 AAAA",
  elevation: [],
};
const failure = (code: ConstructorParameters<typeof FlotillaError>[0]): FlotillaError =>
  new FlotillaError(code, `as ${code}`);

/** A login finds a boot id, or what it fails with; the last answer stays. */
type Answer = string | FlotillaError;

function play(
  answers: readonly Answer[],
  given: { readonly before?: Answer; readonly deadline?: number } = {},
): { readonly arrived: Promise<Connection>; readonly closed: string[]; readonly seconds: () => number } {
  let time = 0;
  let looks = 0;
  const closed: string[] = [];
  const clock: RunClock = {
    now: () => new Date(time),
    sleep: async (milliseconds) => {
      time += milliseconds;
    },
  };
  const run: Connection["run"] = async ({ words }) => {
    const answer = given.before ?? failure("E_CONNECTION_LOST");
    if (answer instanceof FlotillaError) throw answer;
    const stdout = words.includes("cat") ? `${answer}\n` : "kexec_core: nope\n";
    return { exitCode: 0, stdout, stderr: "", timedOut: false, aborted: false };
  };
  const connectionTo = (bootId: string): Connection => {
    const connection: Connection = {
      target,
      elevation: [],
      run,
      nix: { authority: "", environment: {} },
      withElevation: () => connection,
      close: async () => void closed.push(bootId),
    };
    return connection;
  };
  const arrived = awaitInstaller({
    target,
    before: { run },
    bootId: "old",
    deadline: given.deadline ?? 600_000,
    clock,
    signal: new AbortController().signal,
    ssh: {
      open: async () => {
        const answer = answers[Math.min(looks, answers.length - 1)] ?? "";
        looks += 1;
        if (answer instanceof FlotillaError) throw answer;
        return { connection: connectionTo(answer), firstOutput: `${answer}\n` };
      },
    },
  });
  return { arrived, closed, seconds: () => time / 1_000 };
}

test("it is there with another boot id, whatever happened on the way", async () => {
  const away = [
    failure("E_UNREACHABLE"),
    failure("E_AUTHENTICATION"),
    failure("E_DEADLINE"),
    failure("E_CONNECTION_LOST"),
  ];
  const { arrived, closed } = play(["old", "old", ...away, "new"]);
  await arrived;
  expect(closed).toEqual(["old", "old"]);
});

test("a machine that goes on as it was is told at once, with what its kernel says", async () => {
  const { arrived, seconds } = play([failure("E_AUTHENTICATION")], { before: "old" });
  await expect(arrived).rejects.toMatchObject({
    code: "E_KEXEC",
    message: expect.stringContaining("still runs what it ran"),
    log: ["kexec_core: nope"],
  });
  expect(seconds()).toBeLessThan(120);
});

test("so is one whose first connection is gone", async () => {
  const { arrived, closed, seconds } = play(["old"]);
  await expect(arrived).rejects.toMatchObject({ message: expect.stringContaining("still runs what it ran") });
  expect(seconds()).toBeLessThan(120);
  expect(closed).toHaveLength(60);
});

test("an installer that lets nobody in is told from one that does not come", async () => {
  const { arrived } = play([failure("E_AUTHENTICATION")]);
  await expect(arrived).rejects.toMatchObject({
    code: "E_KEXEC",
    message: expect.stringContaining("none of our keys"),
  });
});

test("another host key is never talked to", async () => {
  const { arrived, seconds } = play([failure("E_UNREACHABLE"), failure("E_HOST_KEY_CHANGED")]);
  await expect(arrived).rejects.toMatchObject({ code: "E_HOST_KEY_CHANGED" });
  expect(seconds()).toBeLessThan(10);
});

test("a machine that does not come back is given up at the deadline, with where to look", async () => {
  const { arrived, seconds } = play([failure("E_UNREACHABLE")], { deadline: 300_000 });
  await expect(arrived).rejects.toMatchObject({
    code: "E_KEXEC",
    message: expect.stringContaining("jumped 5 min ago"),
    hint: expect.stringMatching(/reset .*console.*--kexec-network/u),
    log: [expect.stringContaining("as E_UNREACHABLE")],
  });
  expect(seconds()).toBeGreaterThanOrEqual(300);
});
