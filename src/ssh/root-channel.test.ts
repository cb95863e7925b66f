// A sudo of our own that asks for a password, on this machine: who speaks into the channel reaches a program that it started.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HostName } from "../domain/host-name.ts";
import { Secret } from "../domain/secret.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import type { Connection } from "./connection.ts";
import { localConnection } from "./local-connection.ts";
import { openRootChannel } from "./root-channel.ts";
import { thisMachine } from "./target.ts";

const { signal } = new AbortController();
let directory: string;
let connection: Connection;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-channel-"));
  const script = 'IFS= read -r line; [ "$line" = hunter2 ] || exit 1; AS_ROOT=yes; export AS_ROOT; shift 2; exec "$@"';
  writeFileSync(join(directory, "sudo"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, "sudo"), 0o755);
  const target = { host: HostName.parse("web-01"), address: thisMachine, port: null, user: null, options: [] };
  connection = localConnection(
    spawnRunner(),
    { ...target, hostKey: null, elevation: [join(directory, "sudo")] },
    new Secret("hunter2"),
  );
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const speak = (elevation: readonly string[], input: string): string => {
  const [file, ...args] = [...elevation, "nix-daemon", "--stdio"];
  return spawnSync(file, args, { input, encoding: "utf8", timeout: 20_000 }).stdout;
};

describe("openRootChannel", () => {
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

  it("is nothing but the words where they ask for no password", async () => {
    const plain = connection.withElevation(["sudo", "-n", "--"]);
    const channel = await openRootChannel(plain, ["cat"], signal);
    expect(channel.elevation).toEqual(["sudo", "-n", "--"]);
    await channel.close();
  });
});
