// How one reaches the hosts of a bed by ssh: its key, its ssh_config and its known_hosts.
import { existsSync } from "node:fs";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { attempt, run, type Completed, type RunOptions } from "./run.ts";

export class SshAccess {
  /** For `ssh -F`, and for SSH_CONFIG_FILE. */
  readonly configFile: string;
  readonly knownHostsFile: string;
  readonly keyFile: string;

  constructor(directory: string) {
    this.configFile = join(directory, "ssh_config");
    this.knownHostsFile = join(directory, "known_hosts");
    this.keyFile = join(directory, "key");
  }

  async create(): Promise<void> {
    await generateKey(this.keyFile, "operator");
    await writeFile(this.knownHostsFile, "");
    const settings = [
      "Host *",
      "  User root",
      `  IdentityFile ${this.keyFile}`,
      "  IdentitiesOnly yes",
      `  UserKnownHostsFile ${this.knownHostsFile}`,
      "  StrictHostKeyChecking yes",
      "  BatchMode yes",
      "  ConnectTimeout 5",
    ];
    await writeFile(this.configFile, `${settings.join("\n")}\n`);
  }

  async publicKey(): Promise<string> {
    return (await readFile(`${this.keyFile}.pub`, "utf8")).trim();
  }

  /** Makes `ssh NAME` reach the address, on whatever port, with that host key. */
  async add(name: string, address: string, hostKey: string): Promise<void> {
    const config = await readFile(this.configFile, "utf8");
    await writeFile(this.configFile, `Host ${name}\n  HostName ${address}\n${config}`);
    await appendFile(this.knownHostsFile, `${address},[${address}]:* ${hostKey}\n`);
  }

  async remove(name: string, address: string): Promise<void> {
    if (!existsSync(this.configFile)) return;
    const config = await readFile(this.configFile, "utf8");
    await writeFile(this.configFile, config.replace(`Host ${name}\n  HostName ${address}\n`, ""));
    const known = await readFile(this.knownHostsFile, "utf8");
    const kept = known.split("\n").filter((line) => !line.startsWith(`${address},`));
    await writeFile(this.knownHostsFile, kept.join("\n"));
  }

  /** Runs a shell command on a host by a connection of its own. */
  async ssh(host: string, command: string, options?: RunOptions): Promise<Completed> {
    return attempt(["ssh", "-F", this.configFile, host, command], options);
  }
}

/** Makes an ed25519 key pair, and gives the public half without its comment. */
export async function generateKey(file: string, comment: string): Promise<string> {
  await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file], { stdin: "y\n" });
  const [type, key] = (await readFile(`${file}.pub`, "utf8")).split(" ");
  return `${type} ${key}`;
}
