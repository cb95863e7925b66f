// The operator's own known_hosts, after a machine has got another key because we installed it anew.
import { existsSync } from "node:fs";
import { appendFile, mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Runner } from "../process/runner.ts";

const deadline = 10_000;

/** What becomes of other keys that stand there for the address: ssh takes any of several. */
export type OtherHostKeys = "kept" | "replaced";

/**
 * Writes the key there for the address. Others are taken out before, unless they are kept; ssh-keygen then keeps what was there as
 * FILE.old.
 *
 * @param configuration what `ssh -G` says of the target
 * @returns the file; null where there is none to write to
 */
export async function rememberHostKey(
  runner: Runner,
  configuration: string,
  key: string,
  others: OtherHostKeys,
): Promise<string | null> {
  const setting = (name: string): string | null => new RegExp(`^${name} (.+)$`, "m").exec(configuration)?.[1] ?? null;
  const first = setting("userknownhostsfile")?.split(" ")[0] ?? null;
  if (first === null || first === "none" || first === "/dev/null") return null;
  const file = first.startsWith("~/") ? join(homedir(), first.slice(2)) : first;
  const port = setting("port") ?? "22";
  const host = setting("hostkeyalias") ?? setting("hostname");
  if (host === null || /[\s,*?!]/u.test(host)) return null;
  const name = port === "22" ? host : `[${host}]:${port}`;
  if (!existsSync(file)) await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  else if (others === "replaced") {
    await runner.run({ file: "ssh-keygen", args: ["-q", "-f", file, "-R", name], deadline });
  }
  await appendFile(file, `${name} ${key.split(" ").slice(0, 2).join(" ")}\n`, { mode: 0o600 });
  return file;
}
