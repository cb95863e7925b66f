import { expect, test } from "vitest";
import type { Runner } from "../process/runner.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import { archiveFlake, buildArchivedWords } from "./archive-flake.ts";
import { buildAttribute, type BuildAttributeRequest, buildAttributeCommand } from "./build-attribute.ts";
import { copyBetweenWords } from "./copy-between.ts";
import { StorePath } from "../domain/store-path.ts";
import type { NixSettings } from "./nix.ts";

const settings: NixSettings = {
  showTrace: false,
  impure: false,
  options: [["builders", "ssh://arm aarch64-linux"]],
  overrideInputs: [["nixpkgs", "path:/src/nixpkgs"]],
  verbose: false,
  searchPath: ["nixpkgs=/src/nixpkgs"],
};
const { signal } = new AbortController();
const request: BuildAttributeRequest = {
  installable: { kind: "flake", locked: "git+file:///infra?rev=1" },
  attribute: ["nixosConfigurations", 'we"b', "config"],
  link: "/infra/result",
  dryRun: false,
  on: null,
  signal,
  onLog: () => {},
};
const path = StorePath.parse(`/nix/store/${"1".repeat(32)}-nixos-system-web-01`);
const words = (changes: Partial<BuildAttributeRequest>): string =>
  buildAttributeCommand(settings, { ...request, ...changes }).args.join(" ");

test("an attribute of a flake is built with the operator's settings, machines that build among them", () => {
  const line = words({});
  expect(line).toContain('git+file:///infra?rev=1#"nixosConfigurations"."we\\"b"."config"');
  expect(line).toContain("--out-link /infra/result --json");
  expect(line).toContain("--override-input nixpkgs path:/src/nixpkgs");
  expect(line).toContain("--option builders ssh://arm aarch64-linux");
  expect(line).not.toContain("--impure");
});

test("an expression is evaluated with the search path, and knows no inputs", () => {
  const line = words({
    installable: { kind: "expression", expression: "import <nixpkgs/nixos> { }" },
    attribute: ["config"],
  });
  expect(line).toContain('--expr (import <nixpkgs/nixos> { })."config"');
  expect(line).toContain("--impure -I nixpkgs=/src/nixpkgs");
  expect(line).not.toContain("--override-input");
});

test("a dry run builds nothing; another store builds without a link here", () => {
  expect(words({ dryRun: true, link: null })).toMatch(/--no-link --dry-run/);
  const on = { authority: "root@builder", environment: { NIX_SSHOPTS: "-F none" } };
  expect(words({ on, link: null })).toMatch(/--store ssh-ng:\/\/root@builder --eval-store auto --no-link/);
  expect(buildAttributeCommand(settings, { ...request, on }).env).toEqual(on.environment);
});

test("what nix says on its way is handed on; what is wrong is said once, by the error", async () => {
  const lines: string[] = [];
  const real = spawnRunner();
  const script = "echo building >&2; echo 'error: it broke' >&2; echo '  at x.nix' >&2; exit 1";
  const spying: Runner = {
    ...real,
    run: (_command, options) => real.run({ file: "sh", args: ["-c", script], deadline: 10_000 }, options),
  };
  const building = buildAttribute(spying, settings, { ...request, onLog: (line) => lines.push(line) });
  await expect(building).rejects.toMatchObject({ code: "E_BUILD", message: expect.stringContaining("it broke") });
  expect(lines).toEqual(["building"]);
});

test("one machine sends to another by words alone, and ssh asks nothing there", () => {
  const to = { user: "deploy", address: "fd00::1", port: 2222 };
  const sent = copyBetweenWords({ paths: [path], to, elevation: ["sudo", "-n", "--"], substituteOnDestination: true });
  expect(sent.slice(0, 2)).toEqual([
    "env",
    "NIX_SSHOPTS=-o BatchMode=yes -o ConnectTimeout=10 -o StrictHostKeyChecking=yes -p 2222",
  ]);
  expect(sent.slice(-4)).toEqual([
    "--substitute-on-destination",
    "--to",
    "ssh-ng://deploy@[fd00::1]?remote-program=sudo%20-n%20--%20nix-daemon",
    path,
  ]);
});

test("a flake that was sent is built from its path there, also where it lies in a directory of its source", () => {
  const attribute = ["nixosConfigurations", "web", "config"];
  expect(buildArchivedWords("/nix/store/x-source", "", attribute).at(-1)).toBe(
    'path:/nix/store/x-source#"nixosConfigurations"."web"."config"',
  );
  expect(buildArchivedWords("/nix/store/x-source", "hosts/a b", attribute).at(-1)).toContain("?dir=hosts%2Fa%20b#");
});

test("an answer about sent flakes that is none is an error, and so is a failure", async () => {
  const flake = {
    kind: "flake",
    reference: ".",
    locked: "git+file:///infra",
    fingerprint: "",
    revision: null,
    dirty: false,
    directory: null,
  } as const;
  const answering = (stdout: string, exitCode = 0) => ({
    ...spawnRunner(),
    run: async () => ({ exitCode, stdout, stderr: "error: no", timedOut: false, aborted: false }),
  });
  const ask = (stdout: string, exitCode?: number) =>
    archiveFlake(answering(stdout, exitCode), settings, { flake, authority: "root@web", environment: {}, signal });
  expect(await ask('{"path":"/nix/store/x-source","inputs":{}}')).toBe("/nix/store/x-source");
  await expect(ask('{"path":"/etc/passwd"}')).rejects.toMatchObject({ code: "E_COPY" });
  await expect(ask("", 1)).rejects.toMatchObject({ code: "E_COPY" });
});
