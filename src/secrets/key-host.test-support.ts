// A host for the tests of keys: a directory that is its root, a shell that is its sh, and a connection that runs it.
import { lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { describe } from "vitest";
import { findProgram } from "../activation/test-host.test-support.ts";
import { HostName } from "../domain/host-name.ts";
import { Secret } from "../domain/secret.ts";
import { DeploymentKeys, type KeySettings } from "../fleet/key-settings.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import type { Connection, RemoteCommand } from "../ssh/connection.ts";
import type { KeysReport } from "./keys-answer.ts";
import { type KeyToSend, sendKeys, type SendKeysOptions } from "./send-keys.ts";

const { uid, gid } = userInfo();
export const isRoot = uid === 0;

/** The file that a shell's programs are, where it brings them along. */
const boxed: ReadonlySet<string> = new Set(["busybox"]);
const programs = ["cat", "chgrp", "chmod", "chown", "cmp", "dd", "id", "ls", "mkdir", "mv", "rm", "wc"];

export interface TestKey {
  readonly content: string | Uint8Array;
  /** Other than the own user and group, 0600, and /keys. */
  readonly settings?: Readonly<Record<string, string>>;
}

export class KeyHost {
  readonly root: string;
  /** Every command that came over the connection. */
  readonly commands: RemoteCommand[] = [];
  /** Words before the shell, such as a tracer's. */
  prefix: readonly string[] = [];

  private constructor(root: string) {
    this.root = root;
  }

  /** A host whose sh is this file; of one that brings programs along, these are the host's too. */
  static async create(shell: string): Promise<KeyHost> {
    const host = new KeyHost(await realpath(await mkdtemp(join(tmpdir(), "flotilla-keys-"))));
    await mkdir(host.at("/run/wrappers/bin"), { recursive: true });
    await symlink(shell, host.at("/run/wrappers/bin/sh"));
    if (boxed.has(basename(shell))) {
      for (const program of programs) await symlink(shell, host.at(`/run/wrappers/bin/${program}`));
    }
    return host;
  }

  at(path: string): string {
    return join(this.root, path);
  }

  readonly connection: Pick<Connection, "run" | "target"> = {
    target: {
      host: HostName.parse("web-01"),
      address: "web-01",
      port: null,
      user: null,
      options: [],
      hostKey: null,
      elevation: null,
    },
    run: (command, options) => {
      this.commands.push(command);
      const [file = "", ...args] = [...this.prefix, this.at("/run/wrappers/bin/sh"), ...command.words.slice(1)];
      const env = { FLOTILLA_ROOT: this.root, PATH: "/usr/bin:/bin" };
      const { stdin = "", deadline } = command;
      return spawnRunner({ environment: {} }).run({ file, args, env, stdin, deadline }, options);
    },
  };

  /** Sends keys that go to /keys, by attribute. */
  send(keys: Readonly<Record<string, TestKey>>, options: Partial<SendKeysOptions> = {}): Promise<KeysReport> {
    return sendKeys(this.connection, Object.entries(keys).map(toSend), {
      requireOwnership: true,
      removeOthers: true,
      signal: new AbortController().signal,
      ...options,
    });
  }

  /** As it is on this host: content, mode and owner. */
  async file(path: string): Promise<{ content: Buffer; mode: string; owner: string; inode: number }> {
    const found = await lstat(this.at(path));
    if (!found.isFile()) throw new Error(`${path} is no file`);
    return {
      content: await readFile(this.at(path)),
      mode: (found.mode & 0o7777).toString(8).padStart(4, "0"),
      owner: `${found.uid}:${found.gid}`,
      inode: found.ino,
    };
  }

  async text(path: string): Promise<string> {
    return (await this.file(path)).content.toString();
  }

  /** Puts a new file there, as somebody on the host would. Fails where something is: a link may lead out of the root. */
  async put(path: string, content: string, mode = 0o644): Promise<void> {
    await mkdir(dirname(this.at(path)), { recursive: true });
    await writeFile(this.at(path), content, { flag: "wx", mode });
  }

  /** A program of the host's own, as a script for sh, in place of the one that it has. */
  async program(name: string, script: string): Promise<void> {
    const path = `/run/wrappers/bin/${name}`;
    await rm(this.at(path), { force: true });
    await this.put(path, `#!/bin/sh\n${script}\n`, 0o755);
  }

  /** Names of a directory, hidden ones too. */
  names(directory: string): Promise<string[]> {
    return readdir(this.at(directory));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}

/** Declares the tests once a shell, with what makes a host that has it. */
export async function underEachShell(
  shells: readonly string[],
  declare: (create: () => Promise<KeyHost>) => void,
): Promise<void> {
  for (const name of shells) {
    const file = await findProgram(name);
    const title = file === null ? `without ${name}, which this machine does not have` : `under ${name}`;
    // oxlint-disable-next-line vitest/valid-title -- a string, with the reason for the skipping in it
    describe.skipIf(file === null)(title, { timeout: 60_000 }, () => {
      declare(() => KeyHost.create(file ?? ""));
    });
  }
}

export function toSend([attribute, { content, settings }]: [string, TestKey]): KeyToSend {
  return { settings: keySettings(attribute, settings), content: new Secret(Buffer.from(content)) };
}

export function keySettings(attribute: string, settings: TestKey["settings"] = {}): KeySettings {
  const written = { text: "", destDir: "/keys", user: String(uid), group: String(gid), ...settings };
  const parsed = DeploymentKeys.parse({ [attribute]: written })[attribute];
  if (parsed === undefined) throw new Error(`no key ${attribute}`);
  return parsed;
}
