import { expect, test } from "vitest";
import { Secret } from "../domain/secret.ts";
import type { InstallLogin } from "../install/install-options.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import { HostName } from "../domain/host-name.ts";
import type { Connection, RemoteCommand } from "../ssh/connection.ts";
import { loginFiles } from "./install-login.ts";

const login: InstallLogin = {
  addresses: new Map(),
  address: "root@192.0.2.7",
  port: null,
  identity: null,
  sshOptions: [],
  password: new Secret("word"),
};

/** What is done to the machine. */
async function done(isLook: boolean): Promise<readonly RemoteCommand[]> {
  const commands: RemoteCommand[] = [];
  const connection: Connection = {
    target: {
      host: HostName.parse("web"),
      address: "192.0.2.7",
      port: null,
      user: "root",
      options: [],
      hostKey: null,
      elevation: [],
    },
    elevation: [],
    withElevation: () => connection,
    nix: { authority: "192.0.2.7", environment: {} },
    close: async () => {},
    run: async (command) => {
      commands.push(command);
      return { exitCode: 0, stdout: "", stderr: "", timedOut: false, aborted: false };
    },
  };
  const files = await loginFiles(login, { directory: "/", isLook, runner: spawnRunner() });
  await files.admit(connection, new AbortController().signal);
  await files.close();
  return commands;
}

test("a machine that only a password opens is given a key for the run, and nothing where it is only looked at", async () => {
  const [given] = await done(false);
  expect(given?.stdin).toMatch(/^ssh-ed25519 AAAA/u);
  expect(await done(true)).toEqual([]);
});
