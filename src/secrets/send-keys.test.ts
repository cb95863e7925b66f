// send-keys.sh under each shell that a host's sh may be, with the programs that come with it, on a root of its own.
import { chmod, chown, lchown, link, mkdir, readFile, symlink } from "node:fs/promises";
import { userInfo } from "node:os";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findProgram } from "../activation/test-host.test-support.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { wholeOf } from "../process/program-input.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import { isRoot, KeyHost, type TestKey, underEachShell } from "./key-host.test-support.ts";

const { uid, gid } = userInfo();
const manifest = "/var/lib/flotilla/keys";
/** A user that every system has, and none of its files belong to. */
const somebody = 65534;

async function failure(sending: Promise<unknown>): Promise<FlotillaError> {
  const error: unknown = await sending.catch((error: unknown) => error);
  if (error instanceof FlotillaError) return error;
  throw new Error("expected it to fail", { cause: error });
}

/** What was sent, by attribute: its state. */
function states({ keys }: Awaited<ReturnType<KeyHost["send"]>>): Record<string, string> {
  return Object.fromEntries(keys.map(({ attribute, state }) => [attribute, state]));
}

await underEachShell(["dash", "busybox", "bash"], (create) => {
  test("keys arrive as they are, with owner and mode", async () => {
    await using host = await create();
    const bytes = Buffer.from(Array.from({ length: 512 }, (_, byte) => byte % 256));
    const report = await host.send({
      bytes: { content: bytes, settings: { permissions: "0440", destDir: "/var/lib/app/keys" } },
      empty: { content: "", settings: { permissions: "640" } },
      lines: { content: "end\nkey\n\n" },
    });
    expect(states(report)).toEqual({ bytes: "written", empty: "written", lines: "written" });
    const owner = `${uid}:${gid}`;
    expect(await host.file("/var/lib/app/keys/bytes")).toMatchObject({ content: bytes, mode: "0440", owner });
    expect(await host.file("/keys/empty")).toMatchObject({ content: Buffer.alloc(0), mode: "0640", owner });
    expect(await host.text("/keys/lines")).toBe("end\nkey\n\n");
    expect((await host.names("/keys")).toSorted()).toEqual(["empty", "lines"]);
  });

  test("a large key arrives whole", async () => {
    await using host = await create();
    const content = Buffer.alloc(3_000_001, "0123456789\0\n");
    await host.send({ large: { content }, after: { content: "x" } });
    expect((await host.file("/keys/large")).content.equals(content)).toBe(true);
    expect(await host.text("/keys/after")).toBe("x");
  });

  test("a host whose dd and mv are of the oldest kind gets its keys too", async () => {
    await using host = await create();
    await host.program("dd", 'case $* in *=fullblock*) exit 1; esac\nexec /usr/bin/dd "$@"');
    await host.program("mv", 'case " $* " in *" -T "* | *" -h "*) exit 1 ;; esac\nexec /usr/bin/mv "$@"');
    const content = Buffer.alloc(500_000, "0123456789\0\n");
    await mkdir(host.at("/keys"));
    await mkdir(host.at("/elsewhere"));
    await symlink(host.at("/elsewhere"), host.at("/keys/b"));
    await host.send({ a: { content }, b: { content: "x" } });
    expect((await host.file("/keys/a")).content.equals(content)).toBe(true);
    expect(await host.text("/keys/b")).toBe("x");
    expect(await host.names("/elsewhere")).toEqual([]);
  });

  test("owner and mode are right before the first byte", async () => {
    await using host = await create();
    await host.program("dd", `ls -ln . >>'${host.root}/seen'\nexec /usr/bin/dd "$@"`);
    await host.send({ a: { content: "1", settings: { permissions: "0440" } } });
    expect(await host.text("/seen")).toMatch(new RegExp(`^-r--r----- +1 +${uid} +${gid} +0 .* 0$`, "mu"));
  });

  test("a dd that reads too little spoils the delivery, not the key", async () => {
    await using host = await create();
    await host.program(
      "dd",
      'case $* in *bs=5*=fullblock*) exec /usr/bin/dd bs=1 count=1; esac\nexec /usr/bin/dd "$@"',
    );
    expect((await failure(host.send({ a: { content: "xend\n" } }))).message).toContain("did not arrive whole");
    expect(await host.names("/keys")).toEqual([]);
  });

  test("a key that is there already is left alone; one that differs in anything is replaced", async () => {
    await using host = await create();
    const keys = { same: { content: "1" }, content: { content: "1" }, mode: { content: "1" }, size: { content: "11" } };
    await host.send(keys);
    const before = await host.file("/keys/same");
    const report = await host.send({
      same: { content: "1" },
      content: { content: "2" },
      mode: { content: "1", settings: { permissions: "0400" } },
      size: { content: "1" },
    });
    expect(states(report)).toEqual({ same: "unchanged", content: "written", mode: "written", size: "written" });
    expect(await host.file("/keys/same")).toEqual(before);
    expect(await host.file("/keys/mode")).toMatchObject({ mode: "0400" });
  });

  test.skipIf(!isRoot)("a key of another owner is replaced, and belongs to the one that is declared", async () => {
    await using host = await create();
    await host.send({ a: { content: "1" } });
    const settings = { user: "daemon", group: String(somebody) };
    expect(states(await host.send({ a: { content: "1", settings } }))).toEqual({ a: "written" });
    expect(await host.file("/keys/a")).toMatchObject({ owner: `1:${somebody}`, mode: "0600" });
    expect(states(await host.send({ a: { content: "1", settings } }))).toEqual({ a: "unchanged" });
  });

  describe("an owner that the host does not have", () => {
    const ghost = { user: "flotilla-ghost" };

    test("is a failure where it has to exist: then no key is touched", async () => {
      await using host = await create();
      await host.send({ fine: { content: "old" } });
      const sending = host.send({ fine: { content: "new" }, a: { content: "1", settings: ghost } });
      expect(await failure(sending)).toMatchObject({
        code: "E_KEY",
        message: "web-01: deployment.keys.a: there is no user flotilla-ghost",
        hint: "no key of the host was changed",
      });
      expect(await host.text("/keys/fine")).toBe("old");
      expect(await host.names("/keys")).toEqual(["fine"]);
    });

    test("leaves the key to root for now, with its own permissions", async () => {
      await using host = await create();
      const keys = {
        a: { content: "1", settings: { ...ghost, permissions: "0640" } },
        b: { content: "2", settings: { group: "flotilla-ghosts" } },
      };
      const report = await host.send(keys, { requireOwnership: false });
      expect(states(report)).toEqual({ a: "written", b: "written" });
      expect(report.remarks).toEqual([
        "/keys/a: there is no user flotilla-ghost yet; it belongs to root until the activation",
        "/keys/b: there is no group flotilla-ghosts yet; it belongs to root until the activation",
      ]);
      expect(await host.file("/keys/a")).toMatchObject({
        content: Buffer.from("1"),
        mode: "0640",
        owner: `${uid}:${gid}`,
      });
      expect(states(await host.send(keys, { requireOwnership: false }))).toEqual({ a: "unchanged", b: "unchanged" });
    });
  });

  test("every key that cannot be put there is named, and nothing is changed", async () => {
    await using host = await create();
    await mkdir(host.at("/keys/occupied"), { recursive: true });
    await host.put("/file", "");
    const sending = host.send({
      occupied: { content: "1" },
      below: { content: "1".repeat(100_000), settings: { destDir: "/file/keys" } },
      fine: { content: "1" },
    });
    const { message } = await failure(sending);
    expect(message).toContain("deployment.keys.occupied: /keys/occupied is a directory");
    expect(message).toContain(`deployment.keys.below: ${host.root}/file is no directory`);
    expect(message).not.toContain("fine");
    expect(await host.names("/keys")).toEqual(["occupied"]);
  });

  describe("keys that are declared no more", () => {
    test("are removed, where a delivery is of all that is declared", async () => {
      await using host = await create();
      await host.send({ a: { content: "1" }, b: { content: "1" }, "-c d$(id)'*": { content: "1" } });
      expect(await host.send({ a: { content: "1" } }, { removeOthers: false })).toMatchObject({ removed: [] });
      expect(await host.send({ a: { content: "1" }, b: { content: "1" } })).toMatchObject({
        removed: ["/keys/-c d$(id)'*"],
      });
      expect((await host.names("/keys")).toSorted()).toEqual(["a", "b"]);
      expect(await host.send({})).toMatchObject({ removed: ["/keys/a", "/keys/b"] });
      expect(await host.names("/keys")).toEqual([]);
      expect(await host.names("/var/lib/flotilla")).toEqual([]);
    });

    test("are never files of somebody else, nor directories", async () => {
      await using host = await create();
      await host.put("/keys/theirs", "1");
      await host.send({ gone: { content: "1" }, directory: { content: "1" } });
      for (const path of ["/keys/gone", "/keys/directory"]) await spawnRunner().run(remove(host.at(path)));
      await mkdir(host.at("/keys/directory"));
      expect(await host.send({})).toEqual({ keys: [], removed: [], remarks: [] });
      expect((await host.names("/keys")).toSorted()).toEqual(["directory", "theirs"]);
    });

    test("are known also when the delivery that brought them did not come to its end", async () => {
      await using host = await create();
      await host.program("mv", 'case $* in *../b*) exit 1; esac\nexec /usr/bin/mv "$@"');
      const sending = host.send({ a: { content: "1" }, b: { content: "1" } });
      expect(await failure(sending)).toMatchObject({
        message: expect.stringContaining("/keys/b cannot be replaced"),
        hint: "1 of its keys were replaced before",
      });
      expect(await host.names("/keys")).toEqual(["a"]);
      expect(await host.text(manifest)).toBe("/keys/a\n/keys/b\n");
      expect((await host.file(manifest)).mode).toBe("0600");
      expect(await host.send({})).toMatchObject({ removed: ["/keys/a"] });
    });
  });

  describe("a delivery that is cut off", () => {
    /** Runs only so much of what would be sent. */
    const cutAt = (host: KeyHost, part: (stdin: Buffer) => number): KeyHost["connection"]["run"] => {
      const { run } = host.connection;
      return (command, options) => {
        const stdin = wholeOf(command.stdin ?? "");
        return run({ ...command, stdin: stdin.subarray(0, part(stdin)) }, options);
      };
    };

    test("changes nothing and leaves nothing, wherever it is cut", async () => {
      await using host = await create();
      await host.send({ a: { content: "old" } });
      const { run } = host.connection;
      const keys = { a: { content: "new" }, b: { content: "x".repeat(5_000) } };
      for (const left of [1, 4, 5, 2_000, 5_002, 5_050]) {
        host.connection.run = cutAt(host, (stdin) => stdin.length - left);
        expect(await failure(host.send(keys))).toMatchObject({
          code: "E_KEY",
          message: "web-01: the keys could not be put there: the keys did not arrive whole",
        });
        host.connection.run = run;
        expect(await host.names("/keys")).toEqual(["a"]);
        expect(await host.text("/keys/a")).toBe("old");
      }
      host.connection.run = cutAt(host, () => 3_000);
      expect(await failure(host.send(keys))).toMatchObject({ code: "E_KEY" });
      expect(await host.names("/keys")).toEqual(["a"]);
    });

    test("is cleared away by the next one, also when it was killed", async () => {
      await using host = await create();
      await host.put("/keys/.flotilla-keys.1.999999999/0", "secret");
      await host.put(`/keys/.flotilla-keys.1.${process.pid}/0`, "of one that lives");
      await host.send({ a: { content: "1" } });
      expect((await host.names("/keys")).toSorted()).toEqual([`.flotilla-keys.1.${process.pid}`, "a"]);
    });
  });

  describe("links", () => {
    test("at the place of a key are replaced, never followed", async () => {
      await using host = await create();
      await host.put("/etc/passwd", "root");
      await mkdir(host.at("/etc/directory"));
      await mkdir(host.at("/keys"));
      await symlink(host.at("/etc/passwd"), host.at("/keys/a"));
      await symlink(host.at("/etc/directory"), host.at("/keys/b"));
      await symlink(host.at("/nowhere"), host.at("/keys/c"));
      await link(host.at("/etc/passwd"), host.at("/keys/d"));
      await host.send({ a: { content: "1" }, b: { content: "2" }, c: { content: "3" }, d: { content: "4" } });
      expect(await host.text("/etc/passwd")).toBe("root");
      expect(await host.names("/etc/directory")).toEqual([]);
      for (const [key, content] of Object.entries({ a: "1", b: "2", c: "3", d: "4" })) {
        expect(await host.text(`/keys/${key}`)).toBe(content);
      }
    });

    test("of root's on the way are followed", async () => {
      await using host = await create();
      await mkdir(host.at("/private/var"), { recursive: true });
      await symlink("private/var", host.at("/var"));
      await host.send({ a: { content: "1", settings: { destDir: "/var/keys" } } });
      expect(await host.text("/private/var/keys/a")).toBe("1");
      expect(await host.send({})).toMatchObject({ removed: ["/var/keys/a"] });
    });

    test("that lead to one directory by two names do no harm", async () => {
      await using host = await create();
      await mkdir(host.at("/private"));
      await symlink("private", host.at("/keys"));
      await host.send({ a: { content: "1" }, b: { content: "2", settings: { destDir: "/private" } } });
      expect((await host.names("/private")).toSorted()).toEqual(["a", "b"]);
    });

    test.skipIf(!isRoot)("of somebody else's on the way are not followed", async () => {
      await using host = await create();
      await mkdir(host.at("/home/eve"), { recursive: true });
      await mkdir(host.at("/etc"));
      await symlink(host.at("/etc"), host.at("/home/eve/keys"));
      await lchown(host.at("/home/eve/keys"), somebody, somebody);
      const keys = { passwd: { content: "1", settings: { destDir: "/home/eve/keys" } } };
      expect((await failure(host.send(keys))).message).toContain("is a link that others than root can change");
      expect(await host.names("/etc")).toEqual([]);
      // Root's own, but in a directory where somebody else can put another in its place.
      await lchown(host.at("/home/eve/keys"), 0, 0);
      await chown(host.at("/home/eve"), somebody, somebody);
      expect((await failure(host.send(keys))).message).toContain("is a link that others than root can change");
      await chown(host.at("/home/eve"), 0, 0);
      await chmod(host.at("/home/eve"), 0o777);
      expect((await failure(host.send(keys))).message).toContain("is a link that others than root can change");
      expect(await host.names("/etc")).toEqual([]);
    });

    test.skipIf(!isRoot)(
      "that came later keep nothing of ours from being forgotten, and nothing else is removed",
      async () => {
        await using host = await create();
        await host.send({ passwd: { content: "1", settings: { destDir: "/home/eve/keys" } } });
        await host.put("/etc/passwd", "root");
        await spawnRunner().run(remove(host.at("/home/eve/keys")));
        await symlink(host.at("/etc"), host.at("/home/eve/keys"));
        await lchown(host.at("/home/eve/keys"), somebody, somebody);
        const report = await host.send({});
        expect(report.removed).toEqual([]);
        expect(report.remarks).toEqual([expect.stringContaining("is no longer declared, but not removed")]);
        expect(await host.text("/etc/passwd")).toBe("root");
      },
    );

    test.skipIf(!isRoot)(
      "cannot be put in the way in a directory of somebody else's: root works in one of its own",
      async () => {
        await using host = await create();
        await mkdir(host.at("/home/eve"), { recursive: true });
        await chown(host.at("/home/eve"), somebody, somebody);
        await host.put("/etc/shadow", "root");
        await host.program("chown", `ls -ld . >>'${host.root}/where'\nexec /usr/bin/chown "$@"`);
        await host.send({ a: { content: "1", settings: { destDir: "/home/eve", user: String(somebody) } } });
        expect(await host.text("/where")).toMatch(/^drwx--\S+ +\d+ root /u);
        expect(await host.file("/home/eve/a")).toMatchObject({ owner: `${somebody}:${gid}` });
      },
    );
  });

  test("whatever keys there are, exactly they are there", async () => {
    await using host = await create();
    const fileName = fc
      .oneof(
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
        fc.constantFrom("-rf", "$(id)", "`id`", "a b", "*", "'", '"', "\\", "\t", "key", "end", "~", "#", "..."),
      )
      .filter(
        (name) =>
          !/[\0\n/]/u.test(name) &&
          name !== "." &&
          name !== ".." &&
          !/[\uD800-\uDFFF]/u.test(name.replaceAll(/[\uD800-\uDBFF][\uDC00-\uDFFF]/gu, "")) &&
          Buffer.byteLength(name) < 200,
      );
    const content = fc.uint8Array({ maxLength: 2_000 });
    const keys = fc.dictionary(fileName, fc.record({ content }), { maxKeys: 5, noNullPrototype: true });
    const permissions = fc.constantFrom("0600", "0440", "640", isRoot ? "0000" : "0400", "0777");
    await fc.assert(
      fc.asyncProperty(keys, permissions, fileName, async (drawn, mode, directory) => {
        const destDir = `/some/${directory}`;
        const sent: Record<string, TestKey> = Object.fromEntries(
          Object.entries(drawn).map(([name, { content }]) => [
            name,
            { content, settings: { permissions: mode, destDir } },
          ]),
        );
        const report = await host.send(sent);
        expect(report.remarks).toEqual([]);
        expect(Object.keys(states(report)).toSorted()).toEqual(Object.keys(sent).toSorted());
        for (const [name, key] of Object.entries(drawn)) {
          const found = await host.file(`${destDir}/${name}`);
          expect(found.content.equals(key.content)).toBe(true);
          expect(found.mode).toBe(mode.padStart(4, "0"));
        }
        expect((await host.send({})).removed).toHaveLength(Object.keys(sent).length);
      }),
      { numRuns: 15 },
    );
  });
});

function remove(path: string): { file: string; args: string[]; deadline: number } {
  return { file: "rm", args: ["-rf", path], deadline: 5_000 };
}

test("no program is told a secret, in its arguments or its environment", async (context) => {
  const [tracer, shell] = await Promise.all([findProgram("strace"), findProgram("dash")]);
  if (tracer === null || shell === null || !isRoot) return context.skip("strace and dash are needed");
  await using host = await KeyHost.create(shell);
  const trace = host.at("/trace");
  host.prefix = [tracer, "-f", "-v", "-s", "100000", "-e", "trace=execve,openat,open", "-o", trace];
  const settings = { permissions: "0644" };
  await host.send({ a: { content: "hunter2", settings }, b: { content: "hunter2", settings: { user: "daemon" } } });
  const programs = await readFile(trace, "utf8");
  expect(programs).toContain("execve(");
  expect(programs).not.toContain("hunter2");
  // Until it is renamed, a key lies in a directory that root alone can enter.
  expect(programs).toMatch(/openat\(AT_FDCWD, "\.\/0", O_WRONLY\|O_CREAT\|O_EXCL[^)]*, 0666\)/u);
  const said = host.commands.map(({ words }) => words.join(" ")).join("\n");
  expect(said).not.toContain("hunter2");
});

test("send-keys.sh is what shellcheck calls clean", async (context) => {
  const shellcheck = await findProgram("shellcheck");
  if (shellcheck === null) return context.skip("shellcheck is not installed");
  const file = `${import.meta.dirname}/send-keys.sh`;
  expect(await spawnRunner().run({ file: shellcheck, args: [file], deadline: 60_000 })).toMatchObject({ stdout: "" });
});
