// The script that gives a new system its host keys, under each shell that an installer may have, below a directory.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readAsset } from "../../assets.ts";

const shells = [["dash"], ["bash"], ["busybox", "sh"]].filter(
  ([program = ""]) => spawnSync(program, ["--help"]).error === undefined,
);

describe.each(shells)("host keys under %s", (shell, ...words) => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "flotilla-host-keys-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const root = (): string => join(directory, "mnt");
  const at = (path: string): string => `${root()}${path}`;
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  const isSameKey = (one: string, other: string): boolean => one.split(/\s/u)[1] === other.split(/\s/u)[1];

  /** The public keys that it prints. */
  const give = (copies: "yes" | "no", ...places: readonly string[]): readonly string[] => {
    // The installer's own keys are this test's.
    const script = readAsset("src/install/steps/host-keys.sh").replaceAll("=/etc/ssh/", `=${directory}/own/`);
    const args = [...words, "-s", "--", root(), "root@web", ...places];
    const printed = execFileSync(shell ?? "", args, { input: `copies=${copies}\n${script}`, encoding: "utf8" });
    return printed.trimEnd().split("\n");
  };
  /** Makes a key; resolves with its public half. */
  const make = (file: string): string => {
    mkdirSync(dirname(file), { recursive: true });
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
    return readFileSync(`${file}.pub`, "utf8");
  };
  const ed25519 = "/etc/ssh/ssh_host_ed25519_key";

  test("are made where sshd looks for them, for root alone", () => {
    const other = "/persist/a place/ecdsa";
    const [first = "", second = ""] = give("no", "ed25519", ed25519, "ecdsa", other);
    expect(first).toMatch(/^ssh-ed25519 \S+/u);
    expect(second).toMatch(/^ecdsa-sha2-\S+ \S+/u);
    expect(readFileSync(at(`${other}.pub`), "utf8")).toBe(`${second}\n`);
    expect([ed25519, `${ed25519}.pub`, "/etc/ssh", "/etc"].map((path) => modeOf(at(path)))).toEqual([
      "600",
      "644",
      "755",
      "755",
    ]);
  });

  test("that the operator brought stay, also beside keys to copy, and whatever public half came with them", () => {
    const brought = make(at(ed25519));
    writeFileSync(at(`${ed25519}.pub`), make(join(directory, "other")));
    chmodSync(at(ed25519), 0o644);
    chmodSync(at("/etc/ssh"), 0o700);
    make(join(directory, "own", "ssh_host_ed25519_key"));
    const [printed = ""] = give("yes", "ed25519", ed25519);
    expect(isSameKey(printed, brought)).toBe(true);
    expect(isSameKey(readFileSync(at(`${ed25519}.pub`), "utf8"), brought)).toBe(true);
    expect([modeOf(at(ed25519)), modeOf(at("/etc/ssh"))]).toEqual(["600", "700"]);
  });

  test("are those of the installer only where that is asked for", () => {
    const own = make(join(directory, "own", "ssh_host_ed25519_key"));
    const [made = ""] = give("no", "ed25519", ed25519);
    expect(isSameKey(made, own)).toBe(false);
    const [copied = ""] = give("yes", "ed25519", "/etc/elsewhere");
    expect(isSameKey(copied, own)).toBe(true);
  });

  test("are the same when it is done again", () => {
    expect(give("no", "ed25519", ed25519)).toEqual(give("no", "ed25519", ed25519));
  });
});
