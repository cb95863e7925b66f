import { expect, test } from "vitest";
import { publicKeysOf } from "./read-public-keys.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq0 ana@desk";

test("keys of every kind, as they stand in the file", () => {
  const keys = [
    key,
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIA== a token",
    'from="192.0.2.0/24",no-pty ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY=',
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7",
  ];
  expect(publicKeysOf("keys", `# ours\r\n\n${keys.join("\r\n")}\n`)).toEqual(keys);
});

test.each([
  ["a private key", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n", "that is a private key"],
  ["one of PuTTY's", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n", "its line 1 is no public key"],
  [
    "a host key of known_hosts is one, its name an option",
    `web-01 ${key}\nssh-ed25519\n`,
    "its line 2 is no public key",
  ],
  ["nothing", "\n# none yet\n", "there is no public key in it"],
])("%s is refused", (_, text, why) => {
  expect(() => publicKeysOf("id", text)).toThrow(`--authorized-keys id: ${why}`);
});
