// Against real shells and a sudo of our own: what the command sees of a password is nothing.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../domain/secret.ts";
import { wholeOf } from "../process/program-input.ts";
import { elevatedInput, passwordElevation, readsPassword } from "./elevation.ts";

describe("passwordElevation", () => {
  it.each([
    [
      ["sudo", "-H", "--"],
      ["sudo", "--stdin", "--prompt=", "-H", "--"],
    ],
    [["/run/wrappers/bin/sudo"], ["/run/wrappers/bin/sudo", "--stdin", "--prompt="]],
    // -n after -- is a word of the command.
    [
      ["sudo", "-u", "root", "--", "nice", "-n"],
      ["sudo", "--stdin", "--prompt=", "-u", "root", "--", "nice", "-n"],
    ],
  ])("%j lets sudo read it", (words, expected) => {
    expect(passwordElevation(words)).toEqual(expected);
    expect(passwordElevation(expected)).toEqual(expected);
    expect(readsPassword(expected)).toBe(true);
  });

  it.each([[["sudo", "-n", "-H", "--"]], [["sudo", "--non-interactive"]], [["doas"]], [["run0", "--"]], [[]]])(
    "%j asks nobody, or not on stdin",
    (words) => {
      expect(passwordElevation(words)).toEqual(words);
      expect(readsPassword(words)).toBe(false);
    },
  );
});

describe("elevatedInput", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "flotilla-sudo-"));
    // Like sudo it takes one line, byte by byte, and only where it asks.
    const script = `[ "$ASKS" = no ] || IFS= read -r line; printf %s "$line" >${directory}/heard; shift 2; exec "$@"`;
    writeFileSync(join(directory, "sudo"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(directory, "sudo"), 0o755);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const run = (asks: boolean, password: string, words: readonly string[], stdin?: string) => {
    const elevation = passwordElevation([join(directory, "sudo")]);
    const command = stdin === undefined ? { words } : { words, stdin };
    const input = elevatedInput(elevation, new Secret(password), command);
    const [file = "", ...args] = input.words;
    expect(input.words.join(" ")).not.toContain(password);
    const { stdout } = spawnSync(file, args, {
      input: wholeOf(input.stdin ?? ""),
      env: { ...process.env, ASKS: asks ? "yes" : "no" },
    });
    return { stdout: stdout.toString("utf8"), heard: readFileSync(join(directory, "heard"), "utf8") };
  };

  it.each([true, false])("sudo alone hears it (asks: %s), and the command has its own stdin whole", (asks) => {
    const texts = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0"));
    const passwords = fc.stringMatching(/^[!-~]{12,20}$/);
    fc.assert(
      fc.property(passwords, texts, (password, text) => {
        const { heard, stdout } = run(asks, password, ["cat"], text);
        expect(stdout).toBe(Buffer.from(text).toString("utf8"));
        expect(heard).toBe(asks ? password : "");
      }),
      { numRuns: 25 },
    );
  });

  it.each([true, false])("a command without stdin finds it empty (asks: %s)", (asks) => {
    expect(run(asks, "hunter2-secret", ["cat"])).toMatchObject({ stdout: "" });
  });

  it("leaves a command alone where nothing reads a password", () => {
    const command = { words: ["sh", "-s"], stdin: "id" };
    const password = new Secret("hunter2");
    expect(elevatedInput(["sudo", "-n", "--"], password, command)).toEqual({
      words: ["sudo", "-n", "--", "sh", "-s"],
      stdin: "id",
    });
    expect(elevatedInput([], password, command)).toEqual(command);
    expect(elevatedInput(["sudo", "--stdin", "--"], null, command)).toMatchObject({ stdin: "id" });
  });
});
