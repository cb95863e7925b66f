// What `flotilla rebuild` makes of nixos-rebuild's words, and what it exits with.
import { expect, test } from "vitest";
import { FlotillaError } from "../../src/domain/flotilla-error.ts";
import { recordingUseCases, runFlotilla } from "./run-flotilla.ts";

async function asked(line: string): Promise<unknown> {
  const asked: Record<string, unknown> = {};
  const answer = await runFlotilla(["rebuild", ...line.split(" ")], { useCases: recordingUseCases(asked) });
  expect(answer).toMatchObject({ exitStatus: 0 });
  return asked["rebuild"] ?? asked["rebuildGenerations"];
}

test.each([
  ["switch", { action: "switch", configuration: { flake: null }, targetHost: null, elevate: null, askPassword: false }],
  [
    "dry-run -f web.nix -A hosts.web",
    { action: "dry-build", configuration: { file: "web.nix", attribute: "hosts.web" } },
  ],
  ["switch --flake", { configuration: { flake: "" } }],
  ["boot -F .#web --target-host root@web --use-substitutes", { targetHost: "root@web", useSubstitutes: true }],
  ["switch --use-remote-sudo --fast", { elevate: "sudo", askPassword: false }],
  ["switch -S", { elevate: "sudo", askPassword: true }],
  ["switch --elevate run0", { elevate: "run0" }],
  [
    "test -c debug -p special --install-grub",
    { specialisation: "debug", profileName: "special", installBootloader: true },
  ],
  ["build -j 4 -k -I nixpkgs=/src -vv", { nix: { searchPath: ["nixpkgs=/src"], verbose: true }, verbose: true }],
  [
    "switch --no-net --no-write-lock-file --quiet",
    { nix: { options: expect.arrayContaining([["substitute", "false"]]) } },
  ],
  ["switch --upgrade-all", { upgrade: "all" }],
  ["list-generations --json --target-host web", { action: "list-generations", json: true, targetHost: "web" }],
])("rebuild %s", async (line, expected) => {
  expect(await asked(line)).toMatchObject(expected);
});

test.each([
  ["E_UNREACHABLE", 1],
  ["E_ELEVATION", 1],
  ["E_USAGE", 2],
  ["E_INTERRUPTED", 130],
  ["E_EVALUATION", 1],
] as const)(
  "what stops it with %s before it begins ends with %i: 3 and 4 are switch-to-configuration's",
  async (code, status) => {
    const rebuild = (): Promise<number> => Promise.reject(new FlotillaError(code, "it did not begin"));
    const answer = await runFlotilla(["rebuild", "switch"], { useCases: { rebuild } });
    expect(answer).toMatchObject({
      exitStatus: status,
      stdout: "",
      stderr: expect.stringContaining("it did not begin"),
    });
  },
);

test("units that failed, and a reboot that is needed, keep their status", async () => {
  for (const status of [4, 100]) {
    const answer = await runFlotilla(["rebuild", "switch"], { useCases: { rebuild: async () => status } });
    expect(answer.exitStatus).toBe(status);
  }
});
