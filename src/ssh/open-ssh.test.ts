// Against a real sshd on loopback; its log tells how often somebody logged in.
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HostName } from "../domain/host-name.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import type { Connection, RemoteCommand, Ssh } from "./connection.ts";
import { freePort, loopbackSshd, type LoopbackSshd, noSshd } from "./loopback-sshd.test-support.ts";
import { openSsh } from "./open-ssh.ts";

const runner = spawnRunner();
const sh = (script: string, more: Partial<RemoteCommand> = {}): RemoteCommand => ({
  words: ["sh", "-s"],
  stdin: script,
  asRoot: false,
  deadline: 20_000,
  ...more,
});

describe.skipIf(noSshd !== null)(`openSsh${noSshd === null ? "" : ` (${noSshd})`}`, { timeout: 60_000 }, () => {
  let sshd: LoopbackSshd;
  let ssh: Ssh;
  beforeAll(async () => {
    sshd = await loopbackSshd();
  });
  afterAll(() => sshd.stop());
  beforeEach(() => {
    ssh = openSsh(runner, { environment: sshd.environment });
  });
  afterEach(() => ssh.close());

  const open = async (more: Partial<LoopbackSshd["target"]> = {}): Promise<Connection> =>
    (await ssh.open({ ...sshd.target, ...more }, { deadline: 15_000 })).connection;
  const masterOf = (connection: Connection): number => {
    const socket = /ControlPath=(\S+)/.exec(connection.nix.environment["NIX_SSHOPTS"] ?? "")?.[1] ?? "";
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const line = existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "";
      if (line.includes(`ControlPath=${socket}\0`) && line.includes("ControlMaster=yes")) return Number(pid);
    }
    throw new Error(`no master at ${socket}`);
  };

  it("logs in once for the first script, ten commands at a time, and nix's own ssh", async () => {
    const before = sshd.logins();
    const { connection, firstOutput } = await ssh.open(sshd.target, {
      deadline: 15_000,
      firstScript: "cat; echo 'it'\\''s me'; printf 'no newline'; exit 3",
    });
    expect(firstOutput).toBe("it's me\nno newline");
    const results = await Promise.all(
      Array.from({ length: 25 }, (_, index) => connection.run(sh(`echo ${index}; sleep 0.1`))),
    );
    expect(results.map((result) => result.stdout)).toEqual(Array.from({ length: 25 }, (_, index) => `${index}\n`));
    const { authority, environment } = connection.nix;
    const asNix = await runner.run({
      file: "sh",
      args: ["-c", `exec ssh ${authority} -x $NIX_SSHOPTS -C echo here`],
      env: environment,
      deadline: 15_000,
    });
    expect(asNix).toMatchObject({ exitCode: 0, stdout: "here\n" });
    expect(sshd.logins() - before).toBe(1);
  });

  it("gives a command's own exit status, 255 too, with both outputs", async () => {
    const connection = await open();
    expect(await connection.run(sh("echo out; echo err >&2; exit 255"))).toMatchObject({
      exitCode: 255,
      stdout: "out\n",
      stderr: "err",
    });
    expect((await connection.run(sh("", { words: ["false"] }))).exitCode).toBe(1);
  });

  it("carries any word, ten MiB of stdin, and an output that has no newline", async () => {
    const connection = await open();
    const words = ["printf", "%s|", "a b", "it's", "\\", "$HOME", "new\nline", "", "ü"];
    expect((await connection.run({ words, asRoot: false, deadline: 20_000 })).stdout).toBe(
      "a b|it's|\\|$HOME|new\nline||ü|",
    );
    const stdin = randomBytes(10 * 1024 * 1024);
    const { stdout } = await connection.run({ words: ["sha256sum"], stdin, asRoot: false, deadline: 60_000 });
    expect(stdout).toContain(createHash("sha256").update(stdin).digest("hex"));
    const lines: string[] = [];
    await connection.run(sh("printf 'a\\nlast'"), { onStdoutLine: (line) => lines.push(line) });
    expect(lines).toEqual(["a", "last"]);
  });

  it("does not log in again by itself when the master is gone", async () => {
    const connection = await open();
    const before = sshd.logins();
    const running = connection.run(sh("echo up; sleep 30"), {
      onStdoutLine: () => process.kill(masterOf(connection), "SIGKILL"),
    });
    await expect(running).rejects.toMatchObject({ code: "E_CONNECTION_LOST", host: "web-01" });
    await expect(connection.run(sh("echo"))).rejects.toMatchObject({ code: "E_CONNECTION_LOST" });
    const { authority, environment } = connection.nix;
    const args = ["-c", `exec ssh ${authority} -x $NIX_SSHOPTS echo here`];
    const asNix = await runner.run({
      file: "sh",
      args,
      env: { ...sshd.environment, ...environment },
      deadline: 15_000,
    });
    expect(asNix.exitCode).toBe(255);
    expect(asNix.stderr).not.toContain("connect to host");
    expect(sshd.logins()).toBe(before);
  });

  it("makes a fresh login for each connection, and ends each by itself", async () => {
    const before = sshd.logins();
    const first = await open();
    const second = await open();
    expect(sshd.logins() - before).toBe(2);
    await first.close();
    await first.close();
    expect((await second.run(sh("echo still"))).stdout).toBe("still\n");
    await expect(first.run(sh("echo"))).rejects.toMatchObject({ code: "E_CONNECTION_LOST" });
  });

  it("leaves nothing behind", async () => {
    await open();
    expect(readdirSync(sshd.directory).filter((name) => name.startsWith("flotilla-"))).toHaveLength(1);
    await ssh.close();
    expect(readdirSync(sshd.directory).filter((name) => name.startsWith("flotilla-"))).toEqual([]);
  });

  it("ends the login also when we are killed", async () => {
    const program = `
      import { openSsh } from ${JSON.stringify(join(import.meta.dirname, "open-ssh.ts"))};
      import { spawnRunner } from ${JSON.stringify(join(import.meta.dirname, "../process/spawn-runner.ts"))};
      const ssh = openSsh(spawnRunner(), { environment: ${JSON.stringify(sshd.environment)} });
      const { connection } = await ssh.open(${JSON.stringify(sshd.target)}, { deadline: 15000 });
      process.stdout.write(connection.nix.environment.NIX_SSHOPTS);
    `;
    const node = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const options = await new Promise<string>((resolve) => node.stdout.once("data", (data) => resolve(String(data))));
    const socket = /ControlPath=(\S+)/.exec(options)?.[1] ?? "";
    expect(existsSync(socket)).toBe(true);
    node.kill("SIGKILL");
    while (existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it("lets a pinned key stand for known_hosts, and refuses another", async () => {
    const host = HostName.parse("Web-01.example");
    const options = ["-o", "UserKnownHostsFile=/dev/null"];
    const connection = await open({ host, options, hostKey: sshd.publicKey });
    expect((await connection.run(sh("echo yes"))).stdout).toBe("yes\n");
    const hostKey = readFileSync(join(sshd.directory, "user.pub"), "utf8");
    await expect(open({ host, hostKey })).rejects.toMatchObject({
      code: "E_HOST_KEY_CHANGED",
      message: expect.stringContaining("not the pinned one"),
    });
    await expect(open({ options })).rejects.toMatchObject({ code: "E_HOST_KEY_UNKNOWN" });
    await expect(open({ hostKey: "ssh-ed25519 AAAA\n* ssh-ed25519 BBBB" })).rejects.toMatchObject({
      code: "E_CONFIGURATION",
    });
  });

  it("says who refused, and why", async () => {
    const closed = await freePort();
    await expect(open({ port: closed })).rejects.toMatchObject({ code: "E_UNREACHABLE" });
    await expect(open({ address: "no-such.invalid" })).rejects.toMatchObject({ code: "E_NAME_RESOLUTION" });
    await expect(open({ options: ["-o", "IdentityFile=/dev/null"], user: "nobody" })).rejects.toMatchObject({
      code: "E_AUTHENTICATION",
    });
    await expect(open({ options: ["-o", "Bogus=1"] })).rejects.toMatchObject({ code: "E_SSH_CONFIGURATION" });
    await expect(open({ address: "-oProxyCommand=id" })).rejects.toMatchObject({ code: "E_CONFIGURATION" });
  });

  it("obeys NIX_SSHOPTS", async () => {
    const { target, environment } = sshd;
    const own = openSsh(runner, { environment: { ...environment, NIX_SSHOPTS: `-p ${sshd.port} -o "User=root"` } });
    const { connection } = await own.open({ ...target, port: null, user: null }, { deadline: 15_000 });
    expect((await connection.run(sh("id -un"))).stdout).toBe("root\n");
    await own.close();
  });

  it("is not led astray by what the operator's configuration does for sessions by hand", async () => {
    const file = join(sshd.directory, "busy_config");
    writeFileSync(
      file,
      [
        "ControlMaster auto",
        `ControlPath ${sshd.directory}/own`,
        "ControlPersist 60",
        "RequestTTY force",
        "RemoteCommand tmux",
        "ForwardX11 yes",
        "LogLevel QUIET",
        `LocalForward ${sshd.port} localhost:1`,
        "ExitOnForwardFailure yes",
        "PermitLocalCommand yes",
        "LocalCommand echo hello",
        "ServerAliveInterval 0",
        readFileSync(join(sshd.directory, "ssh_config"), "utf8"),
      ].join("\n"),
    );
    const before = sshd.logins();
    const own = openSsh(runner, { environment: { ...sshd.environment, SSH_CONFIG_FILE: file } });
    for (let i = 0; i < 2; i += 1) {
      const opened = await own.open(sshd.target, { deadline: 15_000, firstScript: "echo first" });
      expect(opened.firstOutput).toBe("first\n");
      expect((await opened.connection.run(sh("echo second"))).stdout).toBe("second\n");
    }
    expect(sshd.logins() - before).toBe(2);
    expect(existsSync(join(sshd.directory, "own"))).toBe(false);
    const options = ["-o", "IdentityFile=/dev/null"];
    await expect(own.open({ ...sshd.target, user: "nobody", options }, { deadline: 15_000 })).rejects.toMatchObject({
      code: "E_AUTHENTICATION",
    });
    await own.close();
  });

  it("gives up a peer that takes the call and says nothing", async () => {
    const mute = createServer();
    const port = await new Promise<number>((resolve) =>
      mute.listen(0, "127.0.0.1", () => {
        const address = mute.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      }),
    );
    await expect(ssh.open({ ...sshd.target, port }, { deadline: 2_500 })).rejects.toMatchObject({
      code: "E_UNREACHABLE",
    });
    await expect(ssh.open({ ...sshd.target, port }, { deadline: 300 })).rejects.toMatchObject({ code: "E_DEADLINE" });
    const stop = AbortSignal.timeout(100);
    await expect(ssh.open({ ...sshd.target, port }, { deadline: 9_000, signal: stop })).rejects.toMatchObject({
      code: "E_INTERRUPTED",
    });
    mute.close();
  });

  it("ends a command at its deadline or when the signal aborts, and keeps the connection", async () => {
    const connection = await open();
    await expect(connection.run(sh("sleep 30", { deadline: 300 }))).rejects.toMatchObject({ code: "E_DEADLINE" });
    const signal = AbortSignal.timeout(100);
    await expect(connection.run(sh("sleep 30"), { signal })).rejects.toMatchObject({ code: "E_INTERRUPTED" });
    expect((await connection.run(sh("echo still"))).stdout).toBe("still\n");
  });

  it("becomes root as it is told, and says when it cannot", async () => {
    const connection = await open();
    await expect(connection.run(sh("id -u", { asRoot: true }))).rejects.toMatchObject({ code: "E_ELEVATION" });
    const asSelf = connection.withElevation([]);
    expect((await asSelf.run(sh("id -u", { asRoot: true }))).stdout).toBe("0\n");
    const asOther = connection.withElevation(["env", "ELEVATED=a b"]);
    expect((await asOther.run(sh("echo $ELEVATED", { asRoot: true }))).stdout).toBe("a b\n");
    expect((await asOther.run(sh("echo $ELEVATED"))).stdout).toBe("\n");
    const refused = connection.withElevation(["sh", "-c", "echo 'sudo: a password is required' >&2; exit 1", "sudo"]);
    await expect(refused.run(sh("id -u", { asRoot: true }))).rejects.toMatchObject({
      code: "E_ELEVATION",
      message: expect.stringContaining("sudo wants a password"),
    });
    const told = await open({ elevation: ["env", "TOLD=1"] });
    expect((await told.run(sh("echo $TOLD", { asRoot: true }))).stdout).toBe("1\n");
    expect((await told.withElevation([]).run(sh("echo $TOLD", { asRoot: true }))).stdout).toBe("\n");
  });

  it("opens a session of the operator's own", async () => {
    expect(await ssh.interactive(sshd.target, ["sh", "-c", "exit 42"])).toBe(42);
  });
});

describe.skipIf(noSshd !== null)("login shells and sshds of other kinds", { timeout: 60_000 }, () => {
  it.each([
    ["a fish that greets", 'ForceCommand exec fish -c "echo welcome; $SSH_ORIGINAL_COMMAND"', "fish"],
    ["a csh", 'ForceCommand exec tcsh -fc "$SSH_ORIGINAL_COMMAND"', "tcsh"],
  ])("%s", async (_, line, shell) => {
    if ((await runner.run({ file: "sh", args: ["-c", `command -v ${shell}`], deadline: 5_000 })).exitCode !== 0) return;
    const sshd = await loopbackSshd([line]);
    const ssh = openSsh(runner, { environment: sshd.environment });
    try {
      const opened = await ssh.open(sshd.target, { deadline: 15_000, firstScript: 'echo "it\'s $((1+1))"' });
      expect(opened.firstOutput).toBe("it's 2\n");
      const words = ["printf", "%s|", "it's", "\\'", "new\nline", "!x", "{a,b}"];
      const { stdout } = await opened.connection.run({ words, asRoot: false, deadline: 15_000 });
      expect(stdout.replace("welcome\n", "")).toBe("it's|\\'|new\nline|!x|{a,b}|");
    } finally {
      await ssh.close();
      await sshd.stop();
    }
  });

  it("a shell that lets nobody in", async () => {
    const sshd = await loopbackSshd(["ForceCommand echo 'This account is currently not available.'; exit 1"]);
    const ssh = openSsh(runner, { environment: sshd.environment });
    await expect(ssh.open(sshd.target, { deadline: 15_000 })).rejects.toMatchObject({ code: "E_COMMAND" });
    await ssh.close();
    await sshd.stop();
  });

  it("an sshd with a single session a connection", async () => {
    const sshd = await loopbackSshd(["MaxSessions 1"]);
    const ssh = openSsh(runner, { environment: sshd.environment });
    const { connection } = await ssh.open(sshd.target, { deadline: 15_000 });
    await expect(connection.run(sh("echo"))).rejects.toMatchObject({
      message: expect.stringContaining("no further session"),
      hint: expect.stringContaining("MaxSessions"),
    });
    await ssh.close();
    await sshd.stop();
  });
});
