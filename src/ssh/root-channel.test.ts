// A sudo of our own that asks for a password, on this machine: who speaks into the channel reaches a program that it started.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { HostName } from "../domain/host-name.ts";
import { Secret } from "../domain/secret.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import type { Connection } from "./connection.ts";
import { localConnection } from "./local-connection.ts";
import { openRootChannel } from "./root-channel.ts";
import { thisMachine } from "./target.ts";

const { signal } = new AbortController();
const shells = ["dash", "bash", "busybox"].filter((shell) => spawnSync(shell, ["--help"]).error === undefined);

let directory: string;
let environment: NodeJS.ProcessEnv;
let connection: Connection;

/** Everything that is called `sh` is this shell. */
function use(shell: string): void {
  const bin = join(directory, shell);
  mkdirSync(bin);
  const path = (process.env["PATH"] ?? "").split(":").find((entry) => existsSync(join(entry, shell))) ?? "";
  symlinkSync(join(path, shell), join(bin, "sh"));
  environment = { ...process.env, PATH: `${bin}:${process.env["PATH"]}` };
  const target = { host: HostName.parse("web-01"), address: thisMachine, port: null, user: null, options: [] };
  connection = localConnection(
    spawnRunner({ environment }),
    { ...target, hostKey: null, elevation: [join(directory, "sudo")] },
    new Secret("hunter2"),
  );
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-channel-"));
  const script = 'IFS= read -r line; [ "$line" = hunter2 ] || exit 1; AS_ROOT=yes; export AS_ROOT; shift 2; exec "$@"';
  writeFileSync(join(directory, "sudo"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, "sudo"), 0o755);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const speak = (elevation: readonly string[], input: string): string => {
  const [file, ...args] = [...elevation, "nix-daemon", "--stdio"];
  return spawnSync(file, args, { input, encoding: "utf8", env: environment, timeout: 20_000 }).stdout;
};

describe.each(shells)("openRootChannel under %s", (shell) => {
  beforeAll(() => use(shell));

  it("leads the login user's program to root's, both ways, and leaves nothing behind", async () => {
    const words = ["sh", "-c", 'printf "%s " "$AS_ROOT"; cat; echo end', "sh"];
    const channel = await openRootChannel(connection, words, signal);
    const text = "a line\n".repeat(100_000);
    expect(speak(channel.elevation, text) === `yes ${text}end\n`).toBe(true);
    const at = dirname(channel.elevation.at(-1) ?? "");
    expect(existsSync(at)).toBe(true);
    await channel.close();
    expect(existsSync(at)).toBe(false);
  });

  it("lets root's program go when nobody ever spoke, or the program ends first", async () => {
    const unused = await openRootChannel(connection, ["cat"], signal);
    await unused.close();
    const silent = await openRootChannel(connection, ["true"], signal);
    expect(speak(silent.elevation, "")).toBe("");
    await silent.close();
  });

  it("waits for nobody for ever: what speaks too late is turned away", async () => {
    const late = await openRootChannel(connection, ["cat"], signal, 0);
    await vi.waitFor(() => expect(existsSync(dirname(late.elevation.at(-1) ?? ""))).toBe(false), 20_000);
    expect(speak(late.elevation, "too late")).toBe("");
    await late.close();
  });

  it("is nothing but the words where they ask for no password", async () => {
    const plain = connection.withElevation(["sudo", "-n", "--"]);
    const channel = await openRootChannel(plain, ["cat"], signal);
    expect(channel.elevation).toEqual(["sudo", "-n", "--"]);
    await channel.close();
  });
});
