import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { remoteCommandLine } from "./remote-command-line.ts";

/** Login shells that people have; sshd calls each with -c. */
const shells = ["dash", "bash", "busybox sh", "zsh", "fish", "tcsh", "nu"];

const character = fc.oneof(
  fc.constantFrom("'", '"', "\\", "\n", "$", "`", "!", "*", "~", "%", "(", "{", "\r", " ", "é", "😀"),
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }).filter((text) => text !== "\0"),
);
const words = fc.array(fc.string({ unit: character }), { minLength: 1, maxLength: 20 });

describe.each(shells)("%s", (name) => {
  const [shell = name, ...first] = name.split(" ");
  const installed = spawnSync(shell, [...first, "-c", "true"]).error === undefined;

  it.skipIf(!installed)(`runs the very words${installed ? "" : ` (${shell} is not installed)`}`, () => {
    fc.assert(
      fc.property(words, (list) => {
        const line = remoteCommandLine(["printf", "%s\\0", ...list]);
        const { stdout } = spawnSync(shell, [...first, "-c", line], { encoding: "utf8" });
        expect(stdout).toBe(list.map((each) => `${each}\0`).join(""));
      }),
      { numRuns: 30 },
    );
  });
});

it("sends plain words as they are", () => {
  expect(remoteCommandLine(["sudo", "-n", "--", "sh", "-s"])).toBe("sudo -n -- sh -s");
});

it("has nothing but harmless characters within its quotes", () => {
  fc.assert(
    fc.property(words, (list) => {
      const line = remoteCommandLine(["x y", ...list]);
      expect(line).toMatch(/^\/bin\/sh -c 'eval "exec \$\(printf %b "[A-Za-z0-9_@%+=:,./ \\-]*"\)"'$/);
    }),
  );
});
