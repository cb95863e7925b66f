// With real files and programs: a key is whatever they say, byte by byte.
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { DeploymentKeys, type KeySettings } from "../fleet/key-settings.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import { type KeyContentsOptions, keyContents } from "./key-contents.ts";

const host = HostName.parse("web-01");
let directory: string;
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), "flotilla-key-contents-"))));
afterAll(() => rm(directory, { recursive: true }));

const keyOf = (source: object): KeySettings => {
  const { key } = DeploymentKeys.parse({ key: source });
  if (key === undefined) throw new Error("no key");
  return key;
};
const command = (...keyCommand: string[]): KeySettings => keyOf({ keyCommand });
const shell = (script: string): KeySettings => command("sh", "-c", script);

const reading = (options: Partial<KeyContentsOptions> = {}) => {
  const contents = keyContents(spawnRunner(), { signal: new AbortController().signal, ...options });
  return async (key: KeySettings) => Buffer.from((await contents.read(host, key)).reveal());
};

/** The error that reading ends with. */
async function failure(key: KeySettings, options: Partial<KeyContentsOptions> = {}): Promise<FlotillaError> {
  const error: unknown = await reading(options)(key).catch((error: unknown) => error);
  if (error instanceof FlotillaError) return error;
  throw new Error("expected it to fail", { cause: error });
}

describe("the content of a key", () => {
  test("is its text, in UTF-8", async () => {
    expect(await reading()(keyOf({ text: "é\0\n" }))).toEqual(Buffer.from("é\0\n"));
  });

  test("is its file, byte by byte", async () => {
    const path = join(directory, "bytes");
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await writeFile(path, bytes);
    expect(await reading()(keyOf({ keyFile: path }))).toEqual(bytes);
  });

  test("is what its command writes, with its last newline and all that is no text", async () => {
    expect(await reading()(shell(String.raw`printf 'a\0\377\n'`))).toEqual(Buffer.from([97, 0, 255, 10]));
  });

  test("comes from a command that has no stdin and no shell", async () => {
    expect(await reading()(command("cat"))).toEqual(Buffer.alloc(0));
    expect(await reading()(command("printf", "%s", "$HOME; id"))).toEqual(Buffer.from("$HOME; id"));
  });
});

test("one command is run once, whoever asks and whether it fails or not", async () => {
  const runs = join(directory, "runs");
  const read = reading();
  const fine = () => read(shell(`echo x >>'${runs}'; echo secret`));
  const broken = () => read(shell(`echo x >>'${runs}'; exit 1`)).catch(() => null);
  await Promise.all([fine(), fine(), broken(), broken()]);
  await Promise.all([fine(), broken()]);
  expect(await readFile(runs, "utf8")).toBe("x\nx\n");
});

describe("what cannot be read", () => {
  test("a command that fails tells its place, its program and its stderr, nothing else", async () => {
    const error = await failure(command("sh", "-c", "echo output-hunter2; echo why >&2; exit 3", "argument-hunter2"));
    expect(error).toMatchObject({
      code: "E_KEY",
      message: "web-01: deployment.keys.key.keyCommand: sh ended with status 3",
      host,
      step: "keys",
      log: ["why"],
    });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("hunter2");
  });

  test("a command that hangs is ended", async () => {
    const error = await failure(shell("echo output-hunter2; echo asking >&2; sleep 60"), { deadline: 500 });
    expect(error).toMatchObject({ code: "E_DEADLINE", log: ["asking"] });
    expect(error.message).toContain("sh did not end within 0.5 s");
    expect(inspect(error, { depth: null })).not.toContain("hunter2");
  });

  test("a program that is not there", async () => {
    const error = await failure(command("pass-that-is-not-there", "argument-hunter2"));
    expect(error).toMatchObject({ code: "E_KEY", message: expect.stringContaining("is not installed") });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("hunter2");
  });

  test("a command that never stops writing", async () => {
    expect((await failure(command("yes"))).message).toContain("is larger than 64 MiB");
  });

  test("an interrupted run", async () => {
    const signal = AbortSignal.abort();
    expect(await failure(command("sleep", "60"), { signal })).toMatchObject({ code: "E_INTERRUPTED" });
    const path = join(directory, "interrupted");
    await writeFile(path, "x");
    expect(await failure(keyOf({ keyFile: path }), { signal })).toMatchObject({ code: "E_INTERRUPTED" });
  });

  test.each([
    ["/nowhere/key", "does not exist on this machine", undefined],
    ["/nix/store/nothing-source/key", "does not exist on this machine", expect.stringContaining("what git tracks")],
    ["/", "is a directory", undefined],
    ["/dev/zero", "is no regular file", expect.anything()],
  ])("the file %s", async (keyFile, why, hint) => {
    const error = await failure(keyOf({ keyFile }));
    expect(error).toMatchObject({ code: "E_KEY", hint });
    expect(error.message).toBe(`web-01: deployment.keys.key.keyFile: ${keyFile} ${why}`);
  });

  test.skipIf(process.getuid?.() === 0)("a file of somebody else's", async () => {
    const keyFile = join(directory, "closed");
    await writeFile(keyFile, "x");
    await chmod(keyFile, 0);
    expect((await failure(keyOf({ keyFile }))).message).toContain("may not be read");
  });

  test("a pipe that nobody writes to does not hold the run up", async () => {
    const keyFile = join(directory, "pipe");
    await spawnRunner().run({ file: "mkfifo", args: [keyFile], deadline: 5_000 });
    expect((await failure(keyOf({ keyFile }))).message).toContain("is no regular file");
  });
});
