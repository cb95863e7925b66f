import { expect, test } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Runner } from "../process/runner.ts";
import { nixInfo } from "./nix-info.ts";

/** A machine on which these programs answer so. */
function machine(answers: Readonly<Record<string, string>>) {
  const runner: Pick<Runner, "run"> = {
    run: async ({ file, args }) => {
      const stdout = answers[[file, ...args.slice(-1)].join(" ")];
      if (stdout === undefined) throw new FlotillaError("E_NIX_MISSING", `no program ${file}`);
      return { exitCode: 0, stdout: `${stdout}\n`, stderr: "", timedOut: false, aborted: false };
    },
  };
  const unused = (): never => {
    throw new Error("nothing else is run");
  };
  return { runner: { ...runner, start: unused, interactive: unused }, signal: new AbortController().signal };
}

const said = async (answers: Readonly<Record<string, string>>, version: string | null) => {
  const nix = {
    version: async () => {
      if (version === null) throw new FlotillaError("E_NIX_MISSING", "no nix on the PATH", { hint: "install it" });
      return { text: version, major: 2, minor: 26 };
    },
  };
  const rows = await nixInfo({ nix, ...machine(answers) });
  return rows.map(({ check, detail, state }) => `${check} ${state}: ${detail}`);
};

test("all is there", async () => {
  const answers = {
    "nix-instantiate builtins ? getFlake": "true",
    "nix-instantiate builtins.currentSystem": '"aarch64-linux"',
    "nix-eval-jobs --version": "2.26.0",
  };
  expect(await said(answers, "2.26.3")).toEqual([
    "nix ok: 2.26.3",
    "flakes ok: on",
    "system ok: aarch64-linux",
    "nix-eval-jobs ok: 2.26.0",
  ]);
});

test("nothing is there", async () => {
  expect(await said({}, null)).toEqual([
    "nix missing: no nix on the PATH",
    "flakes ok: off in nix.conf; flotilla turns them on for itself",
    "system warning: nix-instantiate does not say",
    "nix-eval-jobs ok: not installed; flotilla needs none",
  ]);
});
