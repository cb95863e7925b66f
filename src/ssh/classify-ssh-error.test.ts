// Samples of what OpenSSH 9.2, sudo and their neighbours write, with paths and addresses made shorter. Recorded where it could be
// provoked; the rest (revoked and unprotected keys, agents, banners, sudoers, doas, polkit) is from their sources.
import { describe, expect, it } from "vitest";
import { HostName } from "../domain/host-name.ts";
import { classifyElevationError, classifySshError, saysConnectionLost } from "./classify-ssh-error.ts";
import type { Target } from "./target.ts";

const target: Target = {
  host: HostName.parse("web-01"),
  address: "10.0.3.11",
  port: 2222,
  user: "ana",
  options: [],
  hostKey: null,
  elevation: null,
};
const who = "web-01 (ana@10.0.3.11:2222): ";

const changed = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
Someone could be eavesdropping on you right now (man-in-the-middle attack)!
It is also possible that a host key has just been changed.
The fingerprint for the ED25519 key sent by the remote host is
SHA256:jMi8tL0lR1xosE0WAY8m7KTv0A/YjkKHdaKnPr+jp3A.
Please contact your system administrator.
Add correct host key in /home/ana/.ssh/known_hosts to get rid of this message.
Offending ED25519 key in /home/ana/.ssh/known_hosts:7
  remove with:
  ssh-keygen -f "/home/ana/.ssh/known_hosts" -R "[10.0.3.11]:2222"
Host key for [10.0.3.11]:2222 has changed and you have requested strict checking.
Host key verification failed.`;

const noProxy =
  "kex_exchange_identification: Connection closed by remote host\nConnection closed by UNKNOWN port 65535";

const samples: readonly (readonly [string, string, string])[] = [
  [changed, "E_HOST_KEY_CHANGED", "its ssh key is not the one in /home/ana/.ssh/known_hosts:7"],
  [
    changed.replace(/Offending[\s\S]*/, "Host key verification failed."),
    "E_HOST_KEY_CHANGED",
    "its ssh key is not the one known for it",
  ],
  [
    "@       WARNING: REVOKED HOST KEY DETECTED!               @\nHost key verification failed.",
    "E_HOST_KEY_CHANGED",
    "its ssh key is marked as revoked",
  ],
  ["Host key verification failed.", "E_HOST_KEY_UNKNOWN", "its ssh key has never been accepted here"],
  [
    "No ED25519 host key is known for [10.0.3.11]:2222 and you have requested strict checking.\nHost key verification failed.",
    "E_HOST_KEY_UNKNOWN",
    "its ssh key has never been accepted here",
  ],
  [
    "Bad owner or permissions on /home/ana/.ssh/config",
    "E_SSH_CONFIGURATION",
    "ssh does not trust /home/ana/.ssh/config",
  ],
  [
    "/home/ana/.ssh/config: line 2: Bad configuration option: bogus\n/home/ana/.ssh/config: terminating, 1 bad configuration options",
    "E_SSH_CONFIGURATION",
    "ssh does not understand its configuration: /home/ana/.ssh/config: line 2: Bad configuration option: bogus",
  ],
  [
    '/home/ana/.ssh/config line 2: unsupported option "maybe".',
    "E_SSH_CONFIGURATION",
    'ssh does not understand its configuration: /home/ana/.ssh/config line 2: unsupported option "maybe".',
  ],
  [
    "command-line line 0: Bad port 'abc'.",
    "E_SSH_CONFIGURATION",
    "ssh does not understand its configuration: command-line line 0: Bad port 'abc'.",
  ],
  [
    "unknown option -- 8\nusage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-B bind_interface]",
    "E_SSH_CONFIGURATION",
    "ssh does not understand its configuration: unknown option -- 8",
  ],
  [
    "Can't open user config file /nope: No such file or directory",
    "E_SSH_CONFIGURATION",
    "ssh does not understand its configuration: Can't open user config file /nope: No such file or directory",
  ],
  [
    "Unable to negotiate with 10.0.3.11 port 22: no matching key exchange method found. Their offer: diffie-hellman-group1-sha1",
    "E_SSH_ALGORITHMS",
    "ssh here accepts no key exchange method that the host offers (diffie-hellman-group1-sha1)",
  ],
  [
    "Unable to negotiate with 10.0.3.11 port 22: no matching host key type found. Their offer: ssh-rsa,ssh-dss",
    "E_SSH_ALGORITHMS",
    "ssh here accepts no host key type that the host offers (ssh-rsa,ssh-dss)",
  ],
  [
    "Received disconnect from 10.0.3.11 port 22:2: Too many authentication failures\nDisconnected from 10.0.3.11 port 22",
    "E_AUTHENTICATION",
    "the agent offered so many keys that the host hung up before the right one",
  ],
  [
    `@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @
Permissions 0644 for '/home/ana/.ssh/id_ed25519' are too open.
It is required that your private key files are NOT accessible by others.
This private key will be ignored.
Load key "/home/ana/.ssh/id_ed25519": bad permissions
ana@10.0.3.11: Permission denied (publickey).`,
    "E_AUTHENTICATION",
    "ssh ignores the key /home/ana/.ssh/id_ed25519: others can read it",
  ],
  [
    `sign_and_send_pubkey: signing failed for ED25519-SK "/home/ana/.ssh/id_ed25519_sk" from agent: agent refused operation
ana@10.0.3.11: Permission denied (publickey).`,
    "E_AUTHENTICATION",
    "the agent or security key did not sign: agent refused operation",
  ],
  [
    'Load key "/home/ana/.ssh/id_rsa": error in libcrypto\nana@10.0.3.11: Permission denied (publickey).',
    "E_AUTHENTICATION",
    "the key /home/ana/.ssh/id_rsa cannot be used: error in libcrypto",
  ],
  [
    "ana@10.0.3.11: Permission denied (publickey,keyboard-interactive).",
    "E_AUTHENTICATION",
    "ana@10.0.3.11 refused our keys (it takes: publickey,keyboard-interactive)",
  ],
  [
    `ana@jump: Permission denied (publickey).\n${noProxy}`,
    "E_AUTHENTICATION",
    "ana@jump refused our keys (it takes: publickey)",
  ],
  [
    "This account is currently not available.",
    "E_AUTHENTICATION",
    "the login is closed: This account is currently not available",
  ],
  [
    '"System is booting up. Unprivileged users are not permitted to log in yet. Please come back later."\nConnection closed by 10.0.3.11 port 22',
    "E_UNREACHABLE",
    'System is booting up. Unprivileged users are not permitted to log in yet. Please come back later."',
  ],
  [
    "ssh: Could not resolve hostname web-01.example.org: Name or service not known",
    "E_NAME_RESOLUTION",
    "the name web-01.example.org does not resolve: Name or service not known",
  ],
  [
    `ssh: Could not resolve hostname jump: Name or service not known\n${noProxy}`,
    "E_UNREACHABLE",
    "its jump host or proxy is not to be reached: Could not resolve hostname jump: Name or service not known",
  ],
  [
    `ssh: connect to host 10.0.0.1 port 22: Connection refused\n${noProxy}`,
    "E_UNREACHABLE",
    "its jump host or proxy is not to be reached: connect to host 10.0.0.1 port 22: Connection refused",
  ],
  [
    `channel 0: open failed: connect failed: No route to host\nstdio forwarding failed\n${noProxy}`,
    "E_UNREACHABLE",
    "its jump host does not get through to it (connect failed: No route to host)",
  ],
  [noProxy, "E_UNREACHABLE", "its jump host or ProxyCommand ended without a connection"],
  [
    "ssh: connect to host 10.0.3.11 port 2222: Connection refused",
    "E_UNREACHABLE",
    "no connection to 10.0.3.11 port 2222: Connection refused",
  ],
  [
    "ssh: connect to host fd00::1 port 22: No route to host",
    "E_UNREACHABLE",
    "no connection to fd00::1 port 22: No route to host",
  ],
  [
    "ssh: connect to host 10.0.3.11 port 22: Connection timed out",
    "E_UNREACHABLE",
    "no connection to 10.0.3.11 port 22: Connection timed out",
  ],
  [
    "Connection timed out during banner exchange\nConnection to 10.0.3.11 port 22 timed out",
    "E_UNREACHABLE",
    "no ssh server answered in time",
  ],
  [
    "kex_exchange_identification: banner line contains invalid characters\nbanner exchange: Connection to 10.0.3.11 port 80: invalid format",
    "E_UNREACHABLE",
    "what answers there is not an ssh server",
  ],
  [
    "kex_exchange_identification: Connection closed by remote host\nConnection closed by 10.0.3.11 port 22",
    "E_UNREACHABLE",
    "the host hung up before the login: Connection closed by remote host",
  ],
  [
    "kex_exchange_identification: read: Connection reset by peer\nConnection reset by 10.0.3.11 port 22",
    "E_UNREACHABLE",
    "the host hung up before the login: read: Connection reset by peer",
  ],
  [
    `mux_client_request_session: session request failed: Session open refused by peer\n${noProxy}`,
    "E_CONNECTION_LOST",
    "its sshd allows no further session in this connection",
  ],
  [
    'unix_listener: path "/run/user/1000/a-very-long-one" too long for Unix domain socket',
    "E_SSH_CONFIGURATION",
    "the path of ssh's control socket is too long",
  ],
  ["exec request failed on channel 0", "E_COMMAND", "its sshd started no command: exec request failed on channel 0"],
  ["Timeout, server 10.0.3.11 not responding.", "E_CONNECTION_LOST", "it stopped answering"],
  ["Control socket connect(/run/user/1000/f/1): Connection refused", "E_CONNECTION_LOST", "the connection is gone"],
  ["client_loop: send disconnect: Broken pipe", "E_CONNECTION_LOST", "the connection broke: Broken pipe"],
  [
    "Connection to 10.0.3.11 closed by remote host.",
    "E_CONNECTION_LOST",
    "the connection broke: Connection to 10.0.3.11 closed by remote host",
  ],
  ["something nobody has seen yet", "E_UNREACHABLE", "ssh failed"],
];

describe("classifySshError", () => {
  it.each(samples)("%s", (stderr, code, message) => {
    expect(classifySshError(stderr, target)).toMatchObject({ code, message: `${who}${message}`, host: "web-01" });
  });

  it("tells how to forget an old host key, quoted", () => {
    expect(classifySshError(changed.replaceAll("/home/ana", "/home/a b;x"), target).hint).toMatch(
      /^if the host was reinstalled on purpose: ssh-keygen -f '\/home\/a b;x\/\.ssh\/known_hosts' -R '\[10\.0\.3\.11\]:2222';/,
    );
  });

  it.each([
    "Host key for web-01 has changed and you have requested strict checking.\nHost key verification failed.",
    "No ED25519 host key is known for web-01 and you have requested strict checking.\nHost key verification failed.",
  ])("blames the pinned key: %s", (stderr) => {
    expect(classifySshError(stderr, { ...target, hostKey: "ssh-ed25519 AAAA" })).toMatchObject({
      code: "E_HOST_KEY_CHANGED",
      message: `${who}its ssh key is not the pinned one`,
      hint: expect.stringContaining("ssh-keyscan -p 2222 10.0.3.11"),
    });
  });

  it("does not blame the pinned key for the jump host's", () => {
    const stderr = "No ED25519 host key is known for jump and you have requested strict checking.";
    expect(classifySshError(stderr, { ...target, hostKey: "ssh-ed25519 AAAA" }).code).toBe("E_HOST_KEY_UNKNOWN");
  });

  it("does not read debug lines, and hands on no control characters", () => {
    const error = classifySshError(
      "debug1: Permission denied (publickey)\r\nConnection reset by \u001b[2J1.2.3.4",
      target,
    );
    expect(error.code).toBe("E_CONNECTION_LOST");
    expect(error.log).toEqual(["Connection reset by �[2J1.2.3.4"]);
  });
});

describe("classifyElevationError", () => {
  it.each([
    ["sudo: a password is required", "sudo wants a password"],
    [
      "sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper\nsudo: a password is required",
      "sudo wants a password",
    ],
    ["sudo: sorry, you must have a tty to run sudo", "sudo wants a password"],
    ["sudo-rs: interactive authentication is required", "sudo wants a password"],
    ["ana is not in the sudoers file.", "ana may not use sudo"],
    ["Sorry, user ana is not allowed to execute '/bin/sh -s' as root on web-01.", "ana may not use sudo"],
    ["doas: Authentication required", "doas wants a password or has no rule for this user"],
    ["doas: Operation not permitted", "doas wants a password or has no rule for this user"],
    ["Failed to start transient service unit: Interactive authentication required.", "polkit wants a password"],
    ["bash: line 1: sudo: command not found", "sudo is not installed there"],
    ["/bin/sh: 1: exec: doas: not found", "doas is not installed there"],
    [
      "sudo: /run/wrappers/bin/sudo must be owned by uid 0 and have the setuid bit set",
      "sudo does not work there: /run/wrappers/bin/sudo must be owned by uid 0 and have the setuid bit set",
    ],
  ])("%s", (stderr, message) => {
    expect(classifyElevationError(stderr, target)).toMatchObject({
      code: "E_ELEVATION",
      message: `${who}${message}`,
    });
  });

  it("leaves other errors alone", () => {
    expect(classifyElevationError("nix-env: permission denied", target)).toBeNull();
  });
});

describe("saysConnectionLost", () => {
  it("believes only the last words", () => {
    expect(saysConnectionLost(`doing this\n${noProxy}`)).toBe(true);
    expect(saysConnectionLost("Connection closed by UNKNOWN port 65535\nretrying\ngiving up")).toBe(false);
    expect(saysConnectionLost("")).toBe(false);
  });
});
