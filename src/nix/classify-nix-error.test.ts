import { describe, expect, it, test } from "vitest";
import { classifyNixError } from "./classify-nix-error.ts";
import type { FailurePlace } from "./nix-error-row.ts";

// What Nix 2.8 and 2.26 really said.
const samples: readonly (readonly [code: string, place: FailurePlace, stderr: string, hintOrMessage: string])[] = [
  ["E_LOCAL_DISK_FULL", "here", "error: writing to file: No space left on device", "no space"],
  ["E_TARGET_DISK_FULL", "there", "error: writing to file: No space left on device", "no space"],
  [
    "E_NO_FLEET",
    "here",
    "error: getting status of '/nix/store/0ccnxa25whszw7mgbgyzdm4nqc0zwnm8-source/flake.nix': No such file or directory",
    "no flake.nix",
  ],
  [
    "E_NO_FLEET",
    "here",
    "error: path '/nix/store/0ccnxa25whszw7mgbgyzdm4nqc0zwnm8-source/flake.nix' does not exist",
    "no flake.nix",
  ],
  [
    "E_NO_FLEET",
    "here",
    "error: path '/home/ana/infra' is not part of a flake (neither it nor its parent directories contain a 'flake.nix' file)",
    "no flake.nix",
  ],
  [
    "E_NO_FLEET",
    "here",
    "fatal: '/home/ana/nonesuch' does not appear to be a git repository\nerror: program 'git' failed with exit code 128",
    "no flake.nix",
  ],
  ["E_NO_FLEET", "here", "error: getting status of '/nowhere': No such file or directory", "no flake at that path"],
  [
    "E_NO_FLEET",
    "here",
    "path '/home/ana/notes' does not contain a 'flake.nix', searching up\nerror: could not find a flake.nix file",
    "no flake at that path",
  ],
  ["E_NO_FLEET", "here", "error: cannot find flake 'flake:infra' in the flake registries", "--flake ./infra"],
  [
    "E_EVALUATION",
    "here",
    "error: syntax error, unexpected end of file, expecting INHERIT\n       at /nix/store/jva9yaz03ng4v6hcbnj66qa831qlp7y7-source/flake.nix:2:1:",
    "unexpected end of file",
  ],
  [
    "E_UNTRACKED_FILE",
    "here",
    "error: getting status of '/nix/store/c3czdqmdx7kpp32aq74z9lxb9p2iljni-source/hosts/web.nix': No such file or directory",
    "git add --intent-to-add hosts/web.nix",
  ],
  [
    "E_UNTRACKED_FILE",
    "here",
    "       error: path '/nix/store/c3czdqmdx7kpp32aq74z9lxb9p2iljni-source/host.nix' does not exist",
    "git add --intent-to-add host.nix",
  ],
  [
    "E_UNTRACKED_FILE",
    "here",
    `error: Path 'host.nix' in the repository "/home/ana/infra" is not tracked by Git.`,
    "git add --intent-to-add host.nix",
  ],
  [
    "E_UNTRACKED_FILE",
    "here",
    `error: Path 'host.nix' does not exist in Git repository "/home/ana/infra".`,
    "host.nix",
  ],
  [
    "E_FLAKE_LOCK",
    "here",
    `error: opening Git repository "/home/ana/infra": repository path '/home/ana/infra' is not owned by current user`,
    "safe.directory",
  ],
  [
    "E_FLAKE_LOCK",
    "here",
    "warning: Not a git repository. Use --no-index to compare two paths outside a working tree\nusage: git diff --no-index\nerror: program 'git' failed with exit code 129",
    "safe.directory",
  ],
  [
    "E_FLAKE_LOCK",
    "here",
    "error: '/home/ana/infra' is a shallow Git repository, but a non-shallow repository is needed",
    "fetch-depth: 0",
  ],
  ["E_FLAKE_LOCK", "here", "error: unable to execute 'git': No such file or directory", "git is not installed"],
  [
    "E_UNSIGNED_PATHS",
    "there",
    "error: cannot add path '/nix/store/2zciadwy4spbn49anbnpr75cbmbwwg17-nixos-system-web-01' because it lacks a signature by a trusted key",
    "trusted-users",
  ],
  [
    "E_BUILD",
    "here",
    "error: hash mismatch in fixed-output derivation '/nix/store/xqmc33709yy83waqz95l95bss9cmp987-a.drv':\n         specified: sha256-AAAA=\n            got:    sha256-mOpu=",
    "its hash",
  ],
  [
    "E_SYSTEM_MISMATCH",
    "here",
    "error: a 'aarch64-linux' with features {} is required to build '/nix/store/iwcii2i5fh7mm81sd8n32ci1c3r27vkk-a.drv', but I am a 'x86_64-linux' with features {benchmark, big-parallel, kvm, nixos-test}",
    "cannot build for aarch64-linux",
  ],
  [
    "E_NIX_MISSING",
    "here",
    "error: cannot connect to socket at '/nix/var/nix/daemon-socket/socket': No such file or directory",
    "nix-daemon.socket",
  ],
  [
    "E_EVALUATION",
    "here",
    "error: anonymous function at /srv/hive.nix:1:1 called without required argument 'site'\n\n       at «string»:1:1:",
    "the argument site",
  ],
  [
    "E_EVALUATION",
    "here",
    "       error: function 'anonymous lambda' called without required argument 'site'\n       at /srv/hive.nix:1:1:",
    "give site a default",
  ],
  [
    "E_EVALUATION",
    "here",
    "       error:\n       Failed assertions:\n       - till: deployment.keys.tls has to have exactly one of text, keyFile and keyCommand (hive.nix:2)",
    "keyCommand (hive.nix:2)",
  ],
  [
    "E_EVALUATION",
    "here",
    "error: infinite recursion encountered\n       at /nix/store/lcwzbbv57vkwbi0x9kkgdsia3zdwj57s-source/flake.nix:2:23:",
    "infinite recursion",
  ],
  [
    "E_EVALUATION",
    "here",
    "error: cannot build '/nix/store/3pysdbjixd4amzidam0kp6vwzpqy58y3-a.drv^out' during evaluation because the option 'allow-import-from-derivation' is disabled",
    "allow-import-from-derivation true",
  ],
  [
    "E_EVALUATION",
    "here",
    "error: access to absolute path '/etc/passwd' is forbidden in pure eval mode (use '--impure' to override)",
    "/etc/passwd",
  ],
  [
    "E_EVALUATION",
    "here",
    "error: cannot look up '<nixpkgs>' in pure evaluation mode (use '--impure' to override)",
    "<nixpkgs>",
  ],
  ["E_EVALUATION", "here", "error: attribute 'b' missing\n       Did you mean a?", "there is no b"],
  [
    "E_EVALUATION",
    "here",
    "error: The option `networking.hostId' was accessed but has no value defined. Try setting the option.",
    "networking.hostId has no value",
  ],
  [
    "E_EVALUATION",
    "here",
    "error: The option `services.foo' does not exist. Definition values:",
    "the option services.foo does not exist",
  ],
  [
    "E_EVALUATION",
    "here",
    "error: The option `services.foo' does not exist. Definition values:\n       - In `/nix/store/jva9yaz03ng4v6hcbnj66qa831qlp7y7-source/hosts/web.nix': { }",
    "the option services.foo, which hosts/web.nix sets, does not exist",
  ],
  [
    "E_EVALUATION",
    "here",
    'error: A definition for option `networking.firewall.allowedTCPPorts."[definition 1-entry 1]"\' is not of type `16 bit unsigned integer; between 0 and 65535 (both inclusive)\'. Definition values:\n       - In `/nix/store/jva9yaz03ng4v6hcbnj66qa831qlp7y7-source/hosts/web.nix\': "22"',
    '"[definition 1-entry 1]" has the wrong type in hosts/web.nix',
  ],
  [
    "E_EVALUATION",
    "here",
    "error: A definition for option `foo' is not of type `list of one of `a', `b''. Definition values:\n       - In `<unknown-file>': 1",
    "the option foo has the wrong type\nexpected: list of one of `a', `b'",
  ],
  [
    "E_EVALUATION",
    "here",
    "error: In module `/nix/store/jva9yaz03ng4v6hcbnj66qa831qlp7y7-source/hosts/web.nix', you're trying to define a value of type `bool'\n       rather than an attribute set for the option\n       `deployment.rollback'!",
    "deployment.rollback has the wrong type in hosts/web.nix: bool",
  ],
  [
    "E_EVALUATION",
    "here",
    'error: The option `networking.hostName\' has conflicting definition values:\n       - In `/nix/store/jva9yaz03ng4v6hcbnj66qa831qlp7y7-source/a.nix\': "a"\n       - In `/nix/store/jva9yaz03ng4v6hcbnj66qa831qlp7y7-source/b.nix\': "b"\n       Use `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.',
    "networking.hostName has one value in a.nix and another in b.nix",
  ],
  [
    "E_FLAKE_LOCK",
    "here",
    "error: flake 'git+file:///home/ana/infra' requires lock file changes but they're not allowed due to '--no-update-lock-file'",
    "nix flake lock",
  ],
  [
    "E_FLAKE_LOCK",
    "here",
    "error: NAR hash mismatch in input 'path:/home/ana/infra?narHash=sha256-AAAA%3D', expected 'sha256-AAAA=' but got 'sha256-6o4c='",
    "not what was locked",
  ],
  [
    "E_FLAKE_LOCK",
    "here",
    "error: unable to download 'https://api.github.com/repos/ana/infra/commits/HEAD': Could not resolve hostname (6) Could not resolve host: api.github.com",
    "api.github.com",
  ],
  [
    "E_FLAKE_LOCK",
    "here",
    "error: unable to download 'https://api.github.com/repos/ana/infra/commits/HEAD': Couldn't resolve host name (6)",
    "does not resolve",
  ],
  [
    "E_FLAKE_LOCK",
    "here",
    "error: unable to download 'https://api.github.com/repos/ana/infra/commits/HEAD': HTTP error 404",
    "access-tokens",
  ],
  [
    "E_NO_FLEET",
    "here",
    `error: flake 'git+file:///home/ana/infra' does not provide attribute 'packages.x86_64-linux.nixosConfigurations."web-1"', 'legacyPackages.x86_64-linux.nixosConfigurations."web-1"' or 'nixosConfigurations."web-1"'`,
    `nixosConfigurations."web-1"`,
  ],
  [
    "E_EVALUATION",
    "here",
    `error: flake 'git+file:///home/ana/infra' does not provide attribute 'packages.x86_64-linux."nixosConfigurations"."web-1"."config"."system"."build"."vm"', 'legacyPackages.x86_64-linux."nixosConfigurations"."web-1"."config"."system"."build"."vm"' or '"nixosConfigurations"."web-1"."config"."system"."build"."vm"'`,
    "no such attribute",
  ],
  [
    "E_ELEVATION",
    "there",
    "sudo: a password is required\nerror: cannot open connection to remote store 'ssh-ng://ana@web-01': error: Nix daemon disconnected unexpectedly (maybe it crashed?)",
    "without a password",
  ],
  [
    "E_COPY",
    "there",
    "bash: line 1: nix-daemon: command not found\nerror: cannot open connection to remote store 'ssh-ng://root@web-01': error: unexpected end-of-file",
    "no nix-daemon",
  ],
  [
    "E_HOST_KEY_CHANGED",
    "there",
    "Host key verification failed.\nerror: failed to start SSH connection to 'root@web-01'",
    "ssh-keygen -R",
  ],
  [
    "E_AUTHENTICATION",
    "there",
    "root@web-01: Permission denied (publickey,password,keyboard-interactive).\nerror: failed to start SSH connection to 'root@web-01'",
    "ssh-add -l",
  ],
  [
    "E_UNREACHABLE",
    "there",
    "ssh: connect to host 10.0.0.9 port 22: Connection refused\nerror: failed to start SSH connection to 'root@10.0.0.9'",
    "no connection",
  ],
  [
    "E_CONNECTION_LOST",
    "there",
    "Timeout, server 10.0.0.9 not responding.\nerror: writing to file: Broken pipe",
    "the connection broke",
  ],
  [
    "E_CONNECTION_LOST",
    "there",
    "error: cannot open connection to remote store 'ssh-ng://root@web-01': error: Nix daemon disconnected unexpectedly (maybe it crashed?)",
    "the connection broke",
  ],
  [
    "E_NIX_MISSING",
    "here",
    "error: opening lock file '/nix/var/nix/db/big-lock': Permission denied",
    "may not use the Nix store",
  ],
];

describe("classifyNixError", () => {
  test.each(samples)("%s: %s: %s", (code, place, stderr, expected) => {
    const known = classifyNixError(stderr, place);
    expect(known?.code).toBe(code);
    expect(`${known?.message}\n${known?.hint}`).toContain(expected);
    expect(`${known?.message}${known?.hint}`).not.toMatch(/\$\d/u);
  });

  it("knows nothing of what a configuration throws", () => {
    expect(classifyNixError("error: this host is broken", "here")).toBeNull();
  });

  it("does not take a file that a configuration reads for the flake", () => {
    const stderr =
      "error:\n       … while evaluating the option `x'\n\n       error: getting status of '/etc/secret': No such file or directory";
    expect(classifyNixError(stderr, "here")).toBeNull();
  });

  it("does not take a connection's troubles for those of an evaluation", () => {
    expect(classifyNixError("error: builder failed: Broken pipe", "here")).toBeNull();
  });

  it("overlooks what was only warned of", () => {
    expect(
      classifyNixError(
        "warning: error: unable to download 'https://cache.example': HTTP error 500; retrying\nerror: this host is broken",
        "here",
      ),
    ).toBeNull();
  });
});
