// How one reaches the hosts of a bed by ssh: its key, its ssh_config and its known_hosts.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
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
  add(name: string, address: string, hostKey: string): void {
    edit(this.configFile, (config) => `Host ${name}\n  HostName ${address}\n${config}`);
    edit(this.knownHostsFile, (known) => `${known}${address},[${address}]:* ${hostKey}\n`);
  }

  remove(name: string, address: string): void {
    edit(this.configFile, (config) => config.replace(`Host ${name}\n  HostName ${address}\n`, ""));
    edit(this.knownHostsFile, (known) => {
      const lines = known.split("\n");
      return lines.filter((line) => !line.startsWith(`${address},`)).join("\n");
    });
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

/** In one step, for hosts are created side by side; and by renaming, for some ssh may be reading. */
function edit(file: string, change: (text: string) => string): void {
  writeFileSync(`${file}.new`, change(readFileSync(file, "utf8")));
  renameSync(`${file}.new`, file);
}
