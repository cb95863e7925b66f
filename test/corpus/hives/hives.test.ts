// Hives as people write them, read through the real programs of nix with the stand-in for nixpkgs. What came out is
// beside each; `npx vitest run --project bed test/corpus/hives -u` writes it anew, to be looked at.
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FlotillaError } from "../../../src/domain/flotilla-error.ts";
import { Deployment } from "../../../src/fleet/deployment.ts";
import { hostFromEvaluation } from "../../../src/fleet/host-from-evaluation.ts";
import type { FleetSource } from "../../../src/nix/fleet-source.ts";
import type { FleetFormName } from "../../../src/nix/forms/fleet-form.ts";
import type { Nix } from "../../../src/nix/nix.ts";
import { nixPrograms } from "../../../src/nix/nix-programs.ts";
import type { Runner } from "../../../src/process/runner.ts";
import { Controller, type ControllerOptions } from "../../bed/controller.ts";
import { setUp } from "../../bed/set-up.ts";
import { controllerRunner } from "./controller-runner.ts";

const root = join(import.meta.dirname, "../../..");
const nixpkgs = join(root, "test/bed");
const { signal } = new AbortController();

let directory: string;
let controller: Controller;

beforeAll(async () => {
  await setUp((line) => process.stderr.write(`${line}\n`));
  directory = await mkdtemp(join(tmpdir(), "flotilla-hives-"));
  controller = new Controller(join(directory, "home"), null);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const runnerOf = (which: ControllerOptions["nix"] = "own"): Runner =>
  controllerRunner(controller, { nix: which, env: { NIX_PATH: `nixpkgs=${nixpkgs}` } });
const nix = (which?: ControllerOptions["nix"], runner = runnerOf(which)): Nix =>
  nixPrograms(
    runner,
    { showTrace: false, impure: false, options: [], overrideInputs: [], verbose: false },
    // Each Nix with its own: which version it is is kept there, too.
    { cacheDirectory: join(directory, "cache", which ?? "own"), environment: process.env, now: () => new Date() },
  );

interface ReadHive {
  readonly settings: unknown;
  readonly hosts: Readonly<Record<string, ReadNode>>;
}
interface ReadNode {
  /** The settings that are not as they are anyway, or the error. */
  readonly deployment?: unknown;
  readonly error?: string;
  /** The system's derivation. */
  readonly derivation?: string;
}

async function read(programs: Nix, source: FleetSource, form: FleetFormName | null = null): Promise<ReadHive> {
  const outline = await programs.outline({ source, form, useCache: false, signal });
  const hosts: Record<string, ReadNode> = {};
  await programs.evaluate({
    source,
    hosts: outline.members,
    useCache: false,
    workers: 2,
    signal,
    onLog: () => {},
    onHost: (name, result) => {
      if (result instanceof FlotillaError) {
        hosts[name] = { error: describeError(result) };
        return;
      }
      const { host } = hostFromEvaluation(result, outline);
      hosts[name] = { deployment: withoutDefaults(host.deployment), derivation: host.profiles[0].derivation };
    },
  });
  const names = outline.members.map(({ name }) => name);
  return {
    settings: outline.settings,
    hosts: Object.fromEntries(names.map((name) => [name, hosts[name] ?? {}])),
  };
}

const readFile = async (path: string, programs: Nix = nix()): Promise<ReadHive> => {
  return read(programs, await programs.configurationFile(path, signal));
};

function withoutDefaults(deployment: Deployment): unknown {
  const defaults: Readonly<Record<string, unknown>> = Deployment.parse({});
  return Object.fromEntries(
    Object.entries(deployment).filter(([name, value]) => !isDeepStrictEqual(value, defaults[name])),
  );
}

function describeError({ code, message, hint, log }: FlotillaError): string {
  return [`${code}  ${message}`, ...log.map((line) => `  | ${line}`), ...(hint === undefined ? [] : [`  try: ${hint}`])]
    .join("\n")
    .trimEnd();
}

/** What is the same in every clone: no path of this one. */
const portable = (text: string): string =>
  text
    .replaceAll(import.meta.dirname, "…")
    .replaceAll(root, "FLOTILLA")
    .replaceAll(/(FLOTILLA\/test\/bed\/[^\s:]+):\d+:\d+/gu, "$1")
    .replaceAll(/\/nix\/store\/[0-9a-z]{32}-source/gu, "FLAKE")
    .replaceAll(new RegExp(`${directory}/flake-\\w+`, "gu"), "FLAKE");

/** As JSON, without derivations: those change with the stand-in. */
const golden = ({ settings, hosts }: ReadHive): string => {
  const shown = Object.fromEntries(
    Object.entries(hosts).map(([name, { deployment, error }]) => [
      name,
      error === undefined ? { deployment } : { error: error.split("\n") },
    ]),
  );
  return `${portable(JSON.stringify({ settings, hosts: shown }, null, 2))}\n`;
};

const cases = (await readdir(import.meta.dirname, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory() && entry.name !== "errors")
  .map(({ name }) => name);
const errors = (await readdir(join(import.meta.dirname, "errors")))
  .filter((file) => file.endsWith(".nix"))
  .map((file) => basename(file, ".nix"));

describe("a hive.nix", () => {
  test.each(cases)("%s", async (name) => {
    const hive = await readFile(join(import.meta.dirname, name, "hive.nix"));
    await expect(golden(hive)).toMatchFileSnapshot(`./${name}/read.golden.json`);
  });

  test("is read by an old Nix in the same way", async () => {
    const path = join(import.meta.dirname, "defaults-and-tags/hive.nix");
    expect(await readFile(path, nix("machine"))).toEqual(await readFile(path));
  });

  test("makes the same system of the same settings, whatever is in the keys", async () => {
    const { hosts } = await readFile(join(import.meta.dirname, "keys/hive.nix"));
    expect(hosts["app"]?.derivation).toMatch(/\.drv$/);
    expect(hosts["app-with-other-contents"]?.derivation).toBe(hosts["app"]?.derivation);
  });

  test("makes the same system with settings that are only flotilla's", async () => {
    const { hosts } = await readFile(join(import.meta.dirname, "only-ours/hive.nix"));
    expect(hosts["till"]?.derivation).toMatch(/\.drv$/);
    expect(hosts["till-of-colmena"]?.derivation).toBe(hosts["till"]?.derivation);
  });
});

test("nodes that read each other share processes, and are what they are alone", async () => {
  const path = join(import.meta.dirname, "many-neighbours/hive.nix");
  const runner = runnerOf();
  let processes = 0;
  const counting: Runner = {
    ...runner,
    run(command, options) {
      if (command.args.includes("eval")) processes += 1;
      return runner.run(command, options);
    },
  };
  const together = await readFile(path, nix("own", counting));
  // Alone they would be one process for the outline and twelve for the nodes.
  expect(processes).toBeLessThan(13);
  // What nobody hears of others that are read leaves each alone.
  const deaf: Runner = { ...runner, run: (command) => runner.run(command) };
  expect(await readFile(path, nix("own", deaf))).toEqual(together);
});

/** Hand-made hives are made of finished configurations, so of makeHive's in these tests. */
const outputs = {
  colmena: "colmena = hive;",
  colmenaHive: "colmenaHive = flotilla.lib.makeHive hive;",
  "colmenaHive, old": `colmenaHive = flotilla.lib.makeHive hive // { __schema = "v0.20241006"; };`,
  "colmenaHive, made by hand": `colmenaHive =
      let
        inherit (flotilla.lib.makeHive hive) nodes;
      in
      {
        metaConfig.allowApplyAll = false;
        nodes = builtins.mapAttrs (_: node: { inherit (node) config; }) nodes;
        toplevel = builtins.mapAttrs (_: node: node.config.system.build.toplevel) nodes;
        deploymentConfig = builtins.mapAttrs (_: node:
          # Colmena 0.4.0 did not have them.
          removeAttrs node.config.deployment (if node.config.deployment.sshOptions == [ ] then [ "sshOptions" ] else [ ])
        ) nodes;
      };`,
} as const;

/** A flake of one of the cases; its path. */
async function flakeOf(name: string, output: string): Promise<string> {
  const flake = await mkdtemp(join(directory, "flake-"));
  await cp(join(import.meta.dirname, name), flake, { recursive: true });
  for (const part of ["flake.nix", "nix"]) {
    await mkdir(join(directory, "flotilla"), { recursive: true });
    await cp(join(root, part), join(directory, "flotilla", part), { recursive: true });
  }
  const text = `{
  inputs.nixpkgs.url = "path:${nixpkgs}";
  inputs.flotilla.url = "path:${directory}/flotilla";
  inputs.flotilla.inputs.nixpkgs.follows = "nixpkgs";
  outputs = { nixpkgs, flotilla, ... }:
    let
      written = import ./hive.nix;
      hive = written // {
        meta = written.meta or { } // { nixpkgs = import nixpkgs { system = "x86_64-linux"; }; };
      };
    in
    {
      ${output}
    };
}
`;
  await writeFile(join(flake, "flake.nix"), text);
  const lock = [
    "nix",
    "--extra-experimental-features",
    "nix-command flakes",
    "flake",
    "lock",
    `path:${flake}`,
  ] as const;
  const { exitCode, stderr } = await controller.run(lock);
  if (exitCode !== 0) throw new Error(stderr);
  return flake;
}

describe("a flake's hive is the one of hive.nix", () => {
  const inFlakes = ["defaults-and-tags", "keys", "lists-dots-and-files", "neighbours", "special-args", "only-ours"];
  test.each(inFlakes.flatMap((name) => Object.entries(outputs).map(([output, text]) => [name, output, text] as const)))(
    "%s as %s",
    async (name, _, text) => {
      const flake = await flakeOf(name, text);
      const programs = nix();
      const inFlake = await read(programs, await programs.lockFlake(`path:${flake}`, signal));
      const file = await readFile(join(import.meta.dirname, name, "hive.nix"));
      const withoutDirectory = (hive: ReadHive): unknown =>
        JSON.parse(
          JSON.stringify(hive.hosts).replaceAll(/\/nix\/store\/[0-9a-z]{32}-source|\/[^"]*\/hives\/[^/"]*/gu, "…"),
        );
      expect(withoutDirectory(inFlake)).toEqual(withoutDirectory(file));
    },
  );
});

test.each(Object.entries(outputs))("an old Nix reads %s of a flake in the same way", async (_, text) => {
  const flake = `path:${await flakeOf("neighbours", text)}`;
  const [old, own] = await Promise.all(
    [nix("machine"), nix("own")].map(async (programs) => read(programs, await programs.lockFlake(flake, signal))),
  );
  expect(old).toEqual(own);
});

describe("what is wrong is said with its place", () => {
  test.each(errors)("%s", async (name) => {
    const path = join(import.meta.dirname, "errors", `${name}.nix`);
    await expect(`${portable(await complaint(() => readFile(path)))}\n`).toMatchFileSnapshot(`./errors/${name}.txt`);
  });

  test.each([
    ["flake-without-nixpkgs", "colmena = { till = { }; };"],
    ["flake-nixpkgs-as-path", "colmena = { meta.nixpkgs = nixpkgs.outPath; till = { }; };"],
    ["flake-nixpkgs-as-flake", "colmena = { meta.nixpkgs = nixpkgs; till = { }; };"],
    ["flake-nixpkgs-as-outputs", "colmena = { meta.nixpkgs = { outputs = { }; }; till = { }; };"],
    ["flake-nixpkgs-as-function", "colmena = { meta.nixpkgs = import nixpkgs; till = { }; };"],
    ["flake-unknown-schema", `colmenaHive = { __schema = "v7"; nodes = { }; };`],
    ["flake-evaluated-already", "colmena = flotilla.lib.makeHive hive;"],
    ["flake-without-nodes", "colmenaHive = { toplevel = { }; };"],
  ])("%s", async (name, output) => {
    const programs = nix();
    const source = await programs.lockFlake(`path:${await flakeOf("meta", output)}`, signal);
    await expect(`${portable(await complaint(() => read(programs, source)))}\n`).toMatchFileSnapshot(
      `./errors/${name}.txt`,
    );
  });
});

/** The errors of the whole, or of the nodes that have one. */
async function complaint(reading: () => Promise<ReadHive>): Promise<string> {
  try {
    const { hosts } = await reading();
    return Object.entries(hosts)
      .flatMap(([name, { error }]) => (error === undefined ? [`${name}: fine`] : [`${name}: ${error}`]))
      .join("\n");
  } catch (error) {
    if (error instanceof FlotillaError) return describeError(error);
    throw error;
  }
}
