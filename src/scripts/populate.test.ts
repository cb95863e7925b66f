// What nix/krops/sh does to a target, under each shell that an operator's or a host's sh may be.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAsset } from "../assets.ts";
import { shellQuote } from "../domain/shell-quote.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import type { ProcessResult } from "../process/runner.ts";
import { type LoopbackSshd, loopbackSshd, noSshd } from "../ssh/loopback-sshd.test-support.ts";

const runner = spawnRunner();
const shells = [{ shell: ["dash"] }, { shell: ["busybox", "sh"] }] as const;
const has = (program: string): boolean => {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};
const missing = ["busybox", "git", "rsync"].filter((program) => !has(program));

/** A place of its own: a target with a blank in its path, programs, things to send. */
class Place {
  readonly root = mkdtempSync(join(tmpdir(), "populate-"));
  readonly target = join(this.root, "the target");
  readonly shell: readonly string[];
  readonly ssh: LoopbackSshd | null;

  constructor(shell: readonly string[], ssh: LoopbackSshd | null = null) {
    this.shell = shell;
    this.ssh = ssh;
    mkdirSync(this.target);
    this.write("the target/.populate", "");
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  at(path: string): string {
    return join(this.root, path);
  }

  write(path: string, text: string, mode = 0o644): string {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text);
    chmodSync(this.at(path), mode);
    return this.at(path);
  }

  read(name: string): string {
    return readFileSync(join(this.target, name), "utf8");
  }

  git(repository: string, ...words: string[]): string {
    const identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
    return execFileSync("git", ["-C", this.at(repository), ...identity, ...words], { encoding: "utf8" }).trim();
  }

  /** A repository with one commit; its hash. */
  repository(name: string, files: Readonly<Record<string, string>>): string {
    mkdirSync(this.at(name));
    this.git(name, "init", "-q", "-b", "main");
    return this.commit(name, files);
  }

  commit(name: string, files: Readonly<Record<string, string>>): string {
    for (const [path, text] of Object.entries(files)) this.write(join(name, path), text);
    this.git(name, "add", "-A");
    this.git(name, "commit", "-q", "-m", "a change");
    return this.git(name, "rev-parse", "HEAD");
  }

  /** Runs `begin` and these calls. */
  populate(
    calls: readonly (readonly string[])[],
    [force, backup]: readonly [string, string] = ["false", "false"],
  ): Promise<ProcessResult> {
    const { ssh } = this;
    const settings = {
      target_name: "host:",
      target_ssh: ssh === null ? "" : shellQuote(["ssh", ...ssh.arguments, "-T"]),
      target_host: "127.0.0.1",
      target_rsync: ssh === null ? "" : "127.0.0.1:",
      target_path: this.target,
      target_sudo: "false",
      git_on_target: readAsset("nix/krops/sh/git-on-target.sh"),
    };
    const script = [
      "set -eu",
      ...Object.entries(settings).map(([name, value]) => `${name}=${shellQuote([value])}`),
      readAsset("nix/krops/sh/remote-command-line.sh"),
      readAsset("nix/krops/sh/populate.sh"),
      ...[["begin", force, backup], ...calls].map((call) => shellQuote(call)),
      "",
    ].join("\n");
    const [file = "", ...args] = this.shell;
    return runner.run({
      file,
      args: [...args, this.write("script", script)],
      env: {
        PATH: `${this.at("bin")}:${process.env["PATH"]}`,
        XDG_RUNTIME_DIR: this.at("."),
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_KEY_0: "protocol.file.allow",
        GIT_CONFIG_VALUE_0: "always",
      },
      deadline: 60_000,
    });
  }
}

const ended = (exitCode: number) => expect.objectContaining({ exitCode });

describe.skipIf(missing.length > 0).each(shells)("populating under $shell.0", ({ shell }) => {
  test("nothing is done where the sentinel is missing, and force makes it", async () => {
    using place = new Place(shell);
    rmSync(place.target, { recursive: true });
    const refused = await place.populate([["populate_symlink", "l", "x"]]);
    expect(refused).toEqual(ended(1));
    expect(refused.stderr).toContain(`error: missing sentinel file: host:${place.target}/.populate`);
    expect(existsSync(place.target)).toBe(false);
    expect(await place.populate([["populate_symlink", "l", "x"]], ["true", "false"])).toEqual(ended(0));
    expect(readdirSync(place.target)).toEqual([".populate", "l"]);
    expect(readdirSync(place.root).filter((name) => name.startsWith("populate."))).toEqual([]);
  });

  test("a backup holds what was there, on a host that is new too", async () => {
    using place = new Place(shell);
    rmSync(place.target, { recursive: true });
    const both = ["true", "true"] as const;
    expect(await place.populate([["populate_symlink", "l", "old"]], both)).toEqual(ended(0));
    expect(await place.populate([["populate_symlink", "l", "new"]], both)).toEqual(ended(0));
    expect(readlinkSync(join(place.target, ".populate/backup/l"))).toBe("old");
    expect(readlinkSync(join(place.target, "l"))).toBe("new");
  });

  test("files and directories arrive whole, and what another type has left is replaced, not written through", async () => {
    using place = new Place(shell);
    const elsewhere = place.write("elsewhere/precious", "kept");
    place.write("source/a b.nix", "1");
    place.write("source/skip/c", "2");
    place.write("source/'quote'$(id)", "3");
    symlinkSync(dirname(elsewhere), join(place.target, "dir"));
    mkdirSync(join(place.target, "file/deep"), { recursive: true });
    const calls = [
      ["populate_file", "dir", place.at("source"), "--exclude=skip", "--delete-excluded"],
      ["populate_file", "file", place.at("source/a b.nix")],
    ];
    expect(await place.populate(calls)).toEqual(ended(0));
    expect(readFileSync(elsewhere, "utf8")).toBe("kept");
    expect(readdirSync(join(place.target, "dir")).toSorted()).toEqual(["'quote'$(id)", "a b.nix"]);
    expect(place.read("file")).toBe("1");
  });

  test("what is deleted here is deleted there, unless it may stay", async () => {
    using place = new Place(shell);
    place.write("source/a", "1");
    place.write("the target/gone/b", "2");
    place.write("the target/stays/b", "2");
    await place.populate([
      ["populate_file", "gone", place.at("source"), "--delete-excluded"],
      ["populate_file", "stays", place.at("source")],
    ]);
    expect(readdirSync(join(place.target, "gone"))).toEqual(["a"]);
    expect(readdirSync(join(place.target, "stays")).toSorted()).toEqual(["a", "b"]);
  });

  test("git: a hash, a tag, a branch that has moved, a commit on no branch", async () => {
    using place = new Place(shell);
    const first = place.repository("repo", { f: "1" });
    place.git("repo", "tag", "v1");
    place.git("repo", "config", "uploadpack.allowAnySHA1InWant", "true");
    const source = (ref: string, shallow = "false"): string[][] => [
      ["populate_git", "r", shallow, "false", `file://${place.at("repo")}`, ref, "/kept"],
    ];
    for (const ref of ["main", "v1", first, first.slice(0, 10), "origin/main", "refs/heads/main", "HEAD"]) {
      expect(await place.populate(source(ref)), ref).toEqual(ended(0));
      expect(place.read("r/f"), ref).toBe("1");
    }
    place.write("the target/r/kept", "");
    place.write("the target/r/untracked", "");
    place.write("the target/r/f", "changed by hand");
    await place.populate(source("v1"));
    expect(readdirSync(join(place.target, "r")).toSorted()).toEqual([".git", "f", "kept"]);
    expect(place.read("r/f")).toBe("1");

    place.commit("repo", { f: "2" });
    for (const ref of ["main", "origin/main"]) {
      expect(await place.populate(source(ref)), ref).toEqual(ended(0));
      expect(place.read("r/f"), ref).toBe("2");
      await place.populate(source("v1"));
      expect(place.read("r/f")).toBe("1");
    }
    const lost = place.commit("repo", { f: "lost" });
    place.git("repo", "reset", "-q", "--hard", "HEAD^");
    await place.populate(source(lost));
    expect(place.read("r/f")).toBe("lost");

    rmSync(join(place.target, "r"), { recursive: true });
    for (const [ref, text] of [
      [first, "1"],
      ["main", "2"],
      ["v1", "1"],
      ["origin/main", "2"],
    ] as const) {
      expect(await place.populate(source(ref, "true")), ref).toEqual(ended(0));
      expect(place.read("r/f"), ref).toBe(text);
    }
    expect(await place.populate(source("--upload-pack=x"))).toEqual(ended(1));
    expect(await place.populate(source("no-such-ref"))).not.toEqual(ended(0));
  });

  test("git: somebody else's repository behind a link is left alone", async () => {
    using place = new Place(shell);
    place.repository("repo", { f: "1" });
    place.repository("theirs", { f: "theirs" });
    place.write("theirs/untracked", "");
    symlinkSync(place.at("theirs"), join(place.target, "r"));
    expect(await place.populate([["populate_git", "r", "false", "false", place.at("repo"), "main"]])).toEqual(ended(0));
    expect(readdirSync(place.at("theirs")).toSorted()).toEqual([".git", "f", "untracked"]);
    expect(place.read("r/f")).toBe("1");
  });

  test("pass: decrypted, for its owner alone, sent again only when something changed", async () => {
    using place = new Place(shell);
    place.write(
      "bin/pass",
      '#!/bin/sh\necho x >>"$PASSWORD_STORE_DIR/calls"; cat "$PASSWORD_STORE_DIR/$2.gpg"\n',
      0o755,
    );
    place.repository("store", {
      "host/a.gpg": "one",
      "host/deep/b c.gpg": "two",
      "host/.gpg-id": "me",
      ".gitignore": "calls",
    });
    const calls = [["populate_pass", "secrets", place.at("store"), "host"]];
    expect(await place.populate(calls)).toEqual(ended(0));
    expect(place.read("secrets/a")).toBe("one");
    expect(place.read("secrets/deep/b c")).toBe("two");
    expect(statSync(join(place.target, "secrets")).mode & 0o777).toBe(0o700);
    expect(statSync(join(place.target, "secrets/a")).mode & 0o777).toBe(0o600);
    expect(existsSync(join(place.target, "secrets/.gpg-id"))).toBe(false);
    await place.populate(calls);
    expect(readFileSync(place.at("store/calls"), "utf8")).toBe("x\nx\n");
    place.git("store", "rm", "-q", "host/a.gpg");
    place.commit("store", { "host/deep/b c.gpg": "three" });
    await place.populate(calls);
    expect(readdirSync(join(place.target, "secrets")).toSorted()).toEqual([".pass_info", "deep"]);
    expect(place.read("secrets/deep/b c")).toBe("three");
    // Not committed: it has no version to compare.
    place.write("store/host/deep/b c.gpg", "four");
    await place.populate(calls);
    expect(place.read("secrets/deep/b c")).toBe("four");
    place.write("bin/pass", "#!/bin/sh\nexit 3\n", 0o755);
    expect(await place.populate(calls)).toEqual(ended(3));
    expect(place.read("secrets/deep/b c")).toBe("four");
  });

  test("passage: decrypted, for its owner alone", async () => {
    using place = new Place(shell);
    const program = '#!/bin/sh\necho "$PASSAGE_AGE $PASSAGE_IDENTITIES_FILE"; cat "$PASSAGE_DIR/$2.age"\n';
    place.write("bin/passage", program, 0o755);
    place.write("store/deep/a.age", "one");
    expect(await place.populate([["populate_passage", "s", place.at("store"), "age", ""]])).toEqual(ended(0));
    expect(place.read("s/deep/a")).toBe(`age ${process.env["HOME"]}/.passage/identities\none`);
    expect(await place.populate([["populate_passage", "s", place.at("store"), "age", "/id"]])).toEqual(ended(0));
    expect(place.read("s/deep/a")).toBe("age /id\none");
    expect(statSync(join(place.target, "s/deep/a")).mode & 0o777).toBe(0o600);
  });

  test("pipe: whole or not at all, with the mode that the file has", async () => {
    using place = new Place(shell);
    const program = place.write("program", "#!/bin/sh\necho one\n", 0o755);
    const calls = [["populate_pipe", "p", program]];
    expect(await place.populate(calls)).toEqual(ended(0));
    chmodSync(join(place.target, "p"), 0o640);
    place.write("program", "#!/bin/sh\necho half\nexit 5\n", 0o755);
    expect(await place.populate(calls)).toEqual(ended(5));
    expect(place.read("p")).toBe("one\n");
    place.write("program", "#!/bin/sh\necho two\n", 0o755);
    await place.populate(calls);
    expect(place.read("p")).toBe("two\n");
    expect(statSync(join(place.target, "p")).mode & 0o777).toBe(0o640);
    expect(readdirSync(place.target).toSorted()).toEqual([".populate", "p"]);
  });

  test("derivation: built there, its result linked", async () => {
    using place = new Place(shell);
    place.write("bin/nix-build", '#!/bin/sh\nprintf "%s\\n" "$@" >"$4.words"; ln -sfn /nix/store "$4"\n', 0o755);
    mkdirSync(join(place.target, "d/old"), { recursive: true });
    await place.populate([["populate_derivation", "d", 'with "it\'s"; $HOME']]);
    expect(place.read("d.words")).toBe(`-E\nwith "it's"; $HOME\n-o\n${place.target}/d\n`);
    expect(lstatSync(join(place.target, "d")).isSymbolicLink()).toBe(true);
  });

  test("a link takes the place of whatever is there", async () => {
    using place = new Place(shell);
    mkdirSync(join(place.target, "a/deep"), { recursive: true });
    symlinkSync("a", join(place.target, "b"));
    await place.populate([
      ["populate_symlink", "a", "it's here"],
      ["populate_symlink", "b", "/etc"],
    ]);
    expect(readlinkSync(join(place.target, "a"))).toBe("it's here");
    expect(readlinkSync(join(place.target, "b"))).toBe("/etc");
  });

  test("any words reach another machine's sh as they are", async () => {
    const text = readAsset("nix/krops/sh/remote-command-line.sh");
    const [file = "", ...args] = shell;
    const word = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "'", "\\'", "a\n", "\n", "$(id)", 'é"`'));
    const words = fc.array(
      word.filter((text) => !text.includes("\0")),
      { maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(words, async (words) => {
        const script = `${text}\neval "$(remote_command_line printf '%s\\0' "$@")"`;
        const result = await runner.run({
          file,
          args: [...args, "-c", script, "sh", "first", ...words],
          deadline: 10_000,
        });
        expect(result.stdout.split("\0").slice(0, -1)).toEqual(["first", ...words]);
      }),
      { numRuns: 60 },
    );
  });
});

describe.skipIf(noSshd !== null || missing.length > 0)("populating over ssh", () => {
  let ssh: LoopbackSshd;
  beforeAll(async () => {
    ssh = await loopbackSshd();
  });
  afterAll(() => ssh.stop());

  test.each(shells)("all types with one login, under $shell.0", async ({ shell }) => {
    using place = new Place(shell, ssh);
    place.repository("repo", { f: "1" });
    place.write("bin/pass", '#!/bin/sh\ncat "$PASSWORD_STORE_DIR/$2.gpg"\n', 0o755);
    place.write("store/host/a.gpg", "one");
    place.write("source/a b", "x");
    const program = place.write("program", "#!/bin/sh\necho one\n", 0o755);
    const before = ssh.logins();
    const result = await place.populate([
      ["populate_file", "f", place.at("source")],
      ["populate_git", "g", "false", "false", place.at("repo"), "main"],
      ["populate_pass", "s", place.at("store"), "host"],
      ["populate_pipe", "p", program],
      ["populate_symlink", "l", "g/f"],
    ]);
    expect(result).toEqual(ended(0));
    expect([place.read("f/a b"), place.read("l"), place.read("s/a"), place.read("p")]).toEqual([
      "x",
      "1",
      "one",
      "one\n",
    ]);
    expect(ssh.logins() - before).toBe(1);
  });
});
