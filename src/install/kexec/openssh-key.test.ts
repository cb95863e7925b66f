import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findProgram } from "../../activation/furnish-test-host.test-support.ts";
import { spawnRunner } from "../../process/spawn-runner.ts";
import { makeHostKey } from "./openssh-key.ts";

test("OpenSSH reads the key, and knows it by the same public half", async ({ skip }) => {
  if ((await findProgram("ssh-keygen")) === null) return skip();
  const directory = mkdtempSync(join(tmpdir(), "flotilla-key-"));
  try {
    const { privateKey, publicKey } = makeHostKey();
    writeFileSync(join(directory, "key"), privateKey.reveal(), { mode: 0o600 });
    const { stdout } = await spawnRunner().run({
      file: "ssh-keygen",
      args: ["-y", "-f", join(directory, "key")],
      deadline: 10_000,
    });
    expect(stdout.trim()).toBe(`${publicKey} flotilla`);
    expect(String(privateKey)).toBe("[secret]");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
