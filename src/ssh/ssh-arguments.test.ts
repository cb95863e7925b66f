import { describe, expect, it } from "vitest";
import { HostName } from "../domain/host-name.ts";
import {
  channelArguments,
  interactiveArguments,
  masterArguments,
  nixAuthority,
  nixSshOptions,
} from "./ssh-arguments.ts";
import type { Target } from "./target.ts";

const target: Target = {
  host: HostName.parse("web-01"),
  address: "10.0.3.11",
  port: 2222,
  user: "ana",
  options: ["-o", "ConnectTimeout=99"],
  hostKey: null,
  elevation: null,
};
const login = { environment: {}, knownHosts: null };

/** The value ssh takes of an option that is given several times: the first. */
const valueOf = (words: readonly string[], name: string): string | undefined =>
  words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);

describe("masterArguments", () => {
  it("lets the operator's options go before our wishes, and our needs before theirs", () => {
    const options = ["-o", "ConnectTimeout=99", "-o", "ControlMaster=auto", "-o", "BatchMode=no"];
    const words = masterArguments({ ...target, options }, login, "/run/s", 10);
    expect(valueOf(words, "ConnectTimeout")).toBe("99");
    expect(valueOf(words, "ControlMaster")).toBe("yes");
    expect(valueOf(words, "BatchMode")).toBe("yes");
  });

  it("ends with the address behind a double dash, and one remote command", () => {
    expect(masterArguments(target, login, "/run/s", 10).slice(-3)).toEqual(["--", "10.0.3.11", "/bin/sh -s"]);
  });

  it("bounds how long a dead peer goes unnoticed", () => {
    const words = masterArguments({ ...target, options: [] }, login, "/run/s", 10);
    expect(valueOf(words, "ConnectTimeout")).toBe("10");
    expect(Number(valueOf(words, "ServerAliveInterval")) * Number(valueOf(words, "ServerAliveCountMax"))).toBe(15);
  });

  it("says nothing of host keys where none is pinned", () => {
    expect(masterArguments(target, login, "/run/s", 10).join(" ")).not.toMatch(/KnownHosts|StrictHostKey|HostKeyAlias/);
  });
});

it("names user, port, configuration file and NIX_SSHOPTS as ssh wants them", () => {
  const environment = { SSH_CONFIG_FILE: "/a b/config", NIX_SSHOPTS: "-i key -o 'User=x y'" };
  const words = interactiveArguments({ ...target, options: ["-v"] }, { environment, knownHosts: null }, ["ls", "a b"]);
  expect(words.slice(0, -1)).toEqual([
    "-p",
    "2222",
    "-l",
    "ana",
    "-F",
    "/a b/config",
    "-v",
    "-i",
    "key",
    "-o",
    "User=x y",
    "--",
    "10.0.3.11",
  ]);
  expect(words.at(-1)).toMatch(/^\/bin\/sh -c /);
});

it("gives ssh's own defaults where nothing is set, and asks questions", () => {
  const plain = { ...target, port: null, user: null, options: [], address: "fd00::1" };
  expect(interactiveArguments(plain, login, [])).toEqual(["--", "fd00::1"]);
});

it("has no way for a channel to log in by itself", () => {
  const words = channelArguments(target, "/run/s", ["true"]);
  expect(valueOf(words, "ProxyCommand")).toBe("false");
  expect(valueOf(words, "ControlMaster")).toBe("no");
  expect(words).not.toContain("ConnectTimeout=99");
});

it("gives nix options that survive its splitting at blanks", () => {
  expect(nixSshOptions("/run/s").split(/\s+/)).toEqual(channelArguments(target, "/run/s", []).slice(2, -3));
  expect(nixSshOptions("/run/s")).not.toMatch(/['"\\]/);
});

describe("nixAuthority", () => {
  it.each([
    [{}, "ana@10.0.3.11"],
    [{ user: null, address: "web-01.example.org" }, "web-01.example.org"],
    [{ user: "root", address: "fd00::1" }, "root@[fd00::1]"],
    [{ address: "fe80::1%eth0" }, "ana@web-01"],
    [{ address: "under_score" }, "ana@web-01"],
    [{ user: "ana@corp" }, "10.0.3.11"],
  ])("%j is %s", (more, authority) => {
    expect(nixAuthority({ ...target, ...more })).toBe(authority);
  });
});
