// A real sshd on loopback for the tests of this folder: own keys, own port, own log; nothing of the machine's is touched.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { HostName } from "../domain/host-name.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import type { Target } from "./target.ts";

const program = "/usr/sbin/sshd";

/** Why these tests cannot run here; null where they can. */
export const noSshd: string | null = existsSync(program)
  ? process.getuid?.() === 0
    ? null
    : "sshd needs root"
  : "openssh-server is not installed";

export interface LoopbackSshd {
  readonly target: Target;
  readonly directory: string;
  readonly port: number;
  /** Everything but the host's name: what lets a bare ssh in. */
  readonly arguments: readonly string[];
  /** The environment for openSsh. */
  readonly environment: Readonly<Record<string, string>>;
  readonly publicKey: string;
  log(): string;
  logins(): number;
  stop(): Promise<void>;
}

/** Starts it; `lines` are added to its configuration. */
export async function loopbackSshd(lines: readonly string[] = []): Promise<LoopbackSshd> {
  const directory = mkdtempSync(join(tmpdir(), "sshd-test-"));
  const at = (name: string): string => join(directory, name);
  const runner = spawnRunner();
  for (const key of ["host", "user"]) {
    const args = ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", at(key)];
    await runner.run({ file: "ssh-keygen", args, deadline: 10_000 });
  }
  const hostKey = readFileSync(at("host.pub"), "utf8").trim();
  const port = await freePort();
  mkdirSync("/run/sshd", { recursive: true });
  writeFileSync(at("authorized_keys"), readFileSync(at("user.pub")));
  writeFileSync(
    at("sshd_config"),
    [
      ...lines,
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${at("host")}`,
      `AuthorizedKeysFile ${at("authorized_keys")}`,
      `PidFile ${at("pid")}`,
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "PermitRootLogin yes",
      "StrictModes no",
      "MaxStartups 100",
      "LogLevel VERBOSE",
      `SetEnv HOME=${directory}`,
      "",
    ].join("\n"),
  );
  writeFileSync(at("known_hosts"), `[127.0.0.1]:${port} ${hostKey}\n`);
  writeFileSync(
    at("ssh_config"),
    [
      `IdentityFile ${at("user")}`,
      "IdentitiesOnly yes",
      "IdentityAgent none",
      `UserKnownHostsFile ${at("known_hosts")}`,
      "GlobalKnownHostsFile /dev/null",
      "",
    ].join("\n"),
  );
  const log: string[] = [];
  const server = runner.start(
    { file: program, args: ["-D", "-e", "-f", at("sshd_config")], deadline: 600_000 },
    { onStderrLine: (line) => log.push(line) },
  );
  await answering(port);
  const user = userInfo().username;
  return {
    target: {
      host: HostName.parse("web-01"),
      address: "127.0.0.1",
      port,
      user,
      options: [],
      hostKey: null,
      elevation: null,
    },
    directory,
    port,
    arguments: ["-F", at("ssh_config"), "-p", String(port), "-l", user],
    environment: { SSH_CONFIG_FILE: at("ssh_config"), XDG_RUNTIME_DIR: directory },
    publicKey: hostKey,
    log: () => log.join("\n"),
    logins: () => log.filter((line) => line.startsWith("Accepted publickey for ")).length,
    async stop() {
      server.kill();
      await server.finished;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function answering(port: number): Promise<void> {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("close", () => resolve(false));
      setTimeout(() => socket.destroy(), 200);
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
