// The operator's known_hosts before and after a machine got another key.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { spawnRunner } from "../process/spawn-runner.ts";
import { rememberHostKey } from "./remember-host-key.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-known-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const old = "AAAAC3NzaC1lZDI1NTE5AAAAIIQ8Oq0eVxRfyQmNBZIkXyoILiZ3qQgUB8kKj2NBVrPO";
const fresh = "AAAAC3NzaC1lZDI1NTE5AAAAIBtUZ0Q0G2nTqfkjxJDYcFSaqMCMb1yHAAdUqRWtY8oS";

it("puts the new key beside the old ones, or in their place, and leaves other hosts alone", async () => {
  const file = join(directory, "known_hosts");
  const configuration = `hostname 192.0.2.7\nport 22\nuserknownhostsfile ${file} /etc/other\n`;
  const remember = (others: "kept" | "replaced") =>
    rememberHostKey(spawnRunner(), configuration, `ssh-ed25519 ${fresh} root@web`, others);
  writeFileSync(file, `192.0.2.7 ssh-ed25519 ${old}\n192.0.2.8 ssh-ed25519 ${old}\n`);

  expect(await remember("kept")).toBe(file);
  const other = `192.0.2.8 ssh-ed25519 ${old}`;
  const lines = (): readonly string[] => readFileSync(file, "utf8").trim().split("\n");
  expect(lines()).toEqual([`192.0.2.7 ssh-ed25519 ${old}`, other, `192.0.2.7 ssh-ed25519 ${fresh}`]);
  await remember("replaced");
  expect(lines()).toEqual([other, `192.0.2.7 ssh-ed25519 ${fresh}`]);
});
