// What script and populate ask of their use cases, and what they do not understand.
import { expect, test } from "vitest";
import { recordingUseCases, runFlotilla } from "./run-flotilla.ts";

test.each([
  [["script", "deploy"], { on: null, script: { kind: "deploy" }, output: null, derivations: true, substitute: true }],
  [
    ["script", "test", "web-1", "@db", "--on", "!db-2", "--built", "--output", "it", "--no-substitute"],
    { on: "!db-2,web-1,@db", script: { kind: "test" }, output: "it", derivations: false, substitute: false },
  ],
  [
    ["script", "command", "web-1,web-2", "--", "ls", "-l", "--", "a b"],
    { on: "web-1,web-2", script: { kind: "command", command: ["ls", "-l", "--", "a b"] } },
  ],
])("%j", async (words, options) => {
  const asked = {};
  expect(await runFlotilla(words, { useCases: recordingUseCases(asked) })).toMatchObject({ exitStatus: 0 });
  expect(asked).toMatchObject({ script: options });
});

test("populate", async () => {
  const asked = {};
  const words = ["populate", "--source", ".#s", "--force", "--backup", "root@[::1]:22/x y"];
  expect(await runFlotilla(words, { useCases: recordingUseCases(asked) })).toMatchObject({ exitStatus: 0 });
  expect(asked).toMatchObject({ populate: { source: ".#s", target: "root@[::1]:22/x y", force: true, backup: true } });
});

test.each([
  [["script"], "WHAT"],
  [["script", "boot"], 'a script is for deploy, test or command, not for "boot"'],
  [["script", "command"], "takes hosts and, after --, a command"],
  [["script", "command", "web-1"], "takes hosts and, after --, a command"],
  [["populate", "root@web-1"], "--source needs a value"],
  [["populate", "--source", "x"], "TARGET is missing"],
])("%j is not understood", async (words, said) => {
  expect(await runFlotilla(words)).toEqual({ exitStatus: 2, stdout: "", stderr: expect.stringContaining(said) });
});
