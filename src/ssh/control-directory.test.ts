import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createControlDirectory } from "./control-directory.ts";

let runtime: string;
beforeEach(() => {
  runtime = mkdtempSync(join(tmpdir(), "runtime-"));
});
afterEach(() => rmSync(runtime, { recursive: true }));

it("is private, short, and goes as a whole", () => {
  const directory = createControlDirectory({ XDG_RUNTIME_DIR: runtime });
  const [first, second] = [directory.socket(), directory.socket()];
  expect(first).not.toBe(second);
  expect(dirname(dirname(first))).toBe(runtime);
  expect(statSync(dirname(first)).mode & 0o777).toBe(0o700);
  const file = directory.knownHosts("web-01", "ssh-ed25519 AAAA");
  expect(readFileSync(file, "utf8")).toBe("web-01 ssh-ed25519 AAAA\n");
  directory.remove();
  expect(existsSync(dirname(first))).toBe(false);
});

it.each([undefined, "", "relative", "/nowhere", "/tmp/a blank", `/tmp/${"x".repeat(80)}`])(
  "lies in /tmp where XDG_RUNTIME_DIR is %j",
  (value) => {
    if (value?.startsWith("/tmp/") === true) mkdirSync(value, { recursive: true });
    const directory = createControlDirectory({ XDG_RUNTIME_DIR: value });
    const socket = directory.socket();
    directory.remove();
    if (value?.startsWith("/tmp/") === true) rmSync(value, { recursive: true });
    expect(socket).toMatch(/^\/tmp\/flotilla-\d+-\w+\/1$/);
    // ssh binds the socket with a dot and 16 characters behind it; macOS allows 104 bytes in all.
    expect(socket.length + 17).toBeLessThan(104);
  },
);

it("takes away what a killed run left, and nobody else's", () => {
  const stale = join(runtime, "flotilla-2147483646-abcdef");
  const running = join(runtime, `flotilla-${process.pid}-abcdef`);
  for (const path of [stale, running, join(runtime, "flotilla-notes")]) mkdirSync(path);
  createControlDirectory({ XDG_RUNTIME_DIR: runtime }).remove();
  expect(existsSync(stale)).toBe(false);
  expect(existsSync(running)).toBe(true);
  expect(existsSync(join(runtime, "flotilla-notes"))).toBe(true);
});

it("follows no link that somebody else may have made there", () => {
  const elsewhere = join(runtime, "elsewhere");
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, join(runtime, "flotilla-2147483646-abcdef"));
  symlinkSync("flotilla-2147483645-abcdef", join(runtime, "flotilla-2147483645-abcdef"));
  createControlDirectory({ XDG_RUNTIME_DIR: runtime }).remove();
  expect(existsSync(elsewhere)).toBe(true);
});
