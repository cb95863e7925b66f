// What ssh itself reads out of the configuration is compared, wherever ssh is there.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { loopbackSshd, noSshd } from "../ssh/loopback-sshd.test-support.ts";
import type { Target } from "../ssh/target.ts";
import { sshConfig, sshConfigOf } from "./ssh-config.ts";

const name = HostName.parse("web-01");
const key = `ssh-ed25519 ${"A".repeat(68)}`;
const target = (changes: Partial<Target> = {}): Target => ({
  host: name,
  address: "10.0.3.11",
  port: null,
  user: null,
  options: [],
  hostKey: null,
  elevation: null,
  ...changes,
});

const noSsh = spawnSync("ssh", ["-V"]).error !== undefined;

function unlessRefused(write: () => string): string | null {
  try {
    return write();
  } catch (error) {
    if (error instanceof FlotillaError) return null;
    throw error;
  }
}

describe("sshConfig", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "flotilla-ssh-config-"));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  /** ssh's own reading, keyword by keyword. */
  const read = (text: string, host: string): ReadonlyMap<string, string> => {
    const file = join(directory, "config");
    writeFileSync(file, text);
    const { status, stderr, stdout } = spawnSync("ssh", ["-T", "-G", "-F", file, host], { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
    return new Map(stdout.split("\n").map((line) => [line.split(" ")[0] ?? "", line.slice(line.indexOf(" ") + 1)]));
  };

  it.skipIf(noSsh)("is read by ssh as it is meant", () => {
    const options = [
      "-i",
      "/home/ana/.ssh/id",
      "-o",
      "ServerAliveInterval=7",
      "-oProxyCommand nc %h 22",
      "-C",
      "-J",
      "gate",
    ];
    const web = { name, target: target({ user: "deploy", port: 2222, hostKey: key, options }) };
    const other = { name: HostName.parse("db-01"), target: target({ address: "fd00::1" }) };
    const never = { name: HostName.parse("image"), target: null };
    const text = sshConfig([web, other, never]);
    const seen = read(text, "web-01");
    expect(Object.fromEntries(seen)).toMatchObject({
      hostname: "10.0.3.11",
      user: "deploy",
      port: "2222",
      hostkeyalias: "web-01",
      serveraliveinterval: "7",
      proxycommand: "nc %h 22",
      compression: "yes",
      identityfile: "/home/ana/.ssh/id",
    });
    expect(read(text, "db-01").get("hostname")).toBe("fd00::1");
    expect(read(text, "elsewhere").get("hostname")).toBe("elsewhere");
    expect(text).toContain("# image is never deployed to.");
    expect(spawnSync("/bin/sh", ["-c", `echo 'web-01 ${key}'`], { encoding: "utf8" }).stdout).toBe(`web-01 ${key}\n`);
    expect(text).toContain(`KnownHostsCommand /bin/sh -c "echo 'web-01 ${key}'"`);
  });

  it.skipIf(noSshd !== null)("lets ssh in with the pinned key, and with no other", async () => {
    const sshd = await loopbackSshd();
    try {
      const options = ["-i", join(sshd.directory, "user"), "-o", "IdentityAgent=none"];
      const login = (hostKey: string) => {
        const text = sshConfig([{ name, target: { ...sshd.target, host: name, hostKey, options } }]);
        writeFileSync(join(directory, "login"), text);
        const args = ["-T", "-F", join(directory, "login"), "-o", "BatchMode=yes", "web-01", "echo in"];
        return spawnSync("ssh", args, { encoding: "utf8", timeout: 30_000 });
      };
      expect(login(sshd.publicKey)).toMatchObject({ status: 0, stdout: "in\n" });
      const other = login(readFileSync(join(sshd.directory, "user.pub"), "utf8"));
      expect(other).toMatchObject({ status: 255, stdout: "" });
      expect(other.stderr).toContain("Host key verification failed");
    } finally {
      await sshd.stop();
    }
  });

  it.each([
    [target({ address: "a b" })],
    [target({ address: "%h" })],
    [target({ address: "web\nProxyCommand touch /tmp/x" })],
    [target({ user: "$(id)" })],
    [target({ hostKey: "ssh-ed25519 AAAA'; id #" })],
    [target({ options: ["-o", "Include /etc/passwd"] })],
    [target({ options: ["-o", "Host *"] })],
    [target({ options: ["-o", "Match\tall"] })],
    [target({ options: ["-o", "Port=22\nHost *"] })],
    [target({ options: ["-f"] })],
    [target({ options: ["-i"] })],
  ])("refuses %j", (hostile) => {
    expect(() => sshConfig([{ name, target: hostile }])).toThrow(FlotillaError);
  });

  it("tells of a host that is broken, and that alone", async () => {
    const broken = new FlotillaError("E_EVALUATION", "web-01 does not evaluate");
    expect(await sshConfigOf(name, Promise.reject(broken))).toBe(broken);
    await expect(sshConfigOf(name, Promise.reject(new TypeError("ours")))).rejects.toThrow(TypeError);
  });

  it("never writes a line that is not of its host's own block, whatever the values are", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("x", "-o", "-i", "a\nHost *", "Match all", "::1", "toString", "__proto__"),
    );
    const targets = fc.record({
      address: texts.filter((text) => text !== "."),
      user: fc.option(texts),
      port: fc.option(fc.integer({ min: 1, max: 65_535 })),
      hostKey: fc.option(texts),
      options: fc.array(texts, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(targets, (values) => {
        const text = unlessRefused(() => sshConfig([{ name, target: target(values) }]));
        if (text === null) return;
        const [first, ...rest] = text.trimEnd().split("\n");
        expect(first).toBe("Host web-01");
        for (const line of rest) expect(line).toMatch(/^ {4}(?!host |match |include )[A-Za-z][A-Za-z0-9]* \S/iu);
      }),
      { numRuns: 300 },
    );
  });
});
