// Flakes for deploy-rs, right and wrong: the hosts that are read, or the one clear error. Each directory is a case;
// `npx vitest run --project bed test/corpus/deploy-rs --update` writes down what is read now.
import { existsSync, readdirSync } from "node:fs";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { evaluationCommand } from "../../../src/nix/evaluation-command.ts";
import { deploy } from "../../../src/nix/forms/deploy.ts";
import { Controller } from "../../bed/controller.ts";
import { setUp } from "../../bed/set-up.ts";
import { readFlake } from "../flakes/read-flake.ts";

const root = join(import.meta.dirname, "../../..");
let directory: string;
let controller: Controller;

beforeAll(async () => {
  await setUp((line) => process.stderr.write(`${line}\n`));
  directory = await mkdtemp(join(tmpdir(), "flotilla-deploy-rs-"));
  controller = new Controller(join(directory, "home"), null);
  for (const part of ["flake.nix", "nix"])
    await cp(join(root, part), join(directory, "flotilla", part), { recursive: true });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const read = (name: string, nix: "own" | "machine" = "own"): Promise<unknown> =>
  readFlake(
    { controller, flotilla: join(directory, "flotilla"), nix },
    join(import.meta.dirname, name),
    name === "with-flotilla-output" ? "deploy" : null,
  );

/** Runs a program on the controller to its good end. */
async function run(words: readonly [string, ...string[]], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await controller.run(words, { env });
  if (exitCode !== 0) throw new Error(stderr);
  return stdout;
}

/** Of a case's flake, with the stand-in for nixpkgs. */
const ofFlake = (name: string, words: readonly [string, ...string[]]): Promise<string> => {
  const inputs = {
    nixpkgs: `path:${root}/test/bed`,
    flotilla: `path:${directory}/flotilla`,
    "deploy-rs": `path:${directory}/flotilla/nix/activate`,
  };
  const overrides = Object.entries(inputs).flatMap(([input, reference]) => ["--override-input", input, reference]);
  const [command, attribute = "", ...more] = words;
  const installable = `path:${join(import.meta.dirname, name)}#${attribute}`;
  return run(["nix", command, "--no-write-lock-file", ...overrides, installable, ...more]);
};

const cases = readdirSync(import.meta.dirname).filter((name) =>
  existsSync(join(import.meta.dirname, name, "flake.nix")),
);
const goldenOf = (name: string): string => join(import.meta.dirname, name, "read.golden.json");

describe("a flake of the corpus is read as written down:", () => {
  test.each(cases)("%s", async (name) => {
    await expect(`${JSON.stringify(await read(name), null, 2)}\n`).toMatchFileSnapshot(goldenOf(name));
  });
});

/** What is said of errors is each Nix's own. */
test.each(["kinds-of-profiles", "readme", "three-levels"])(
  "the oldest Nix that flotilla works with reads %s in the same way",
  async (name) => {
    const { hosts } = JSON.parse(await readFile(goldenOf(name), "utf8"));
    expect(await read(name, "machine")).toMatchObject({ hosts });
  },
);

test("what is built and deployed is what the path is", async () => {
  const reader = `deploy: {
    read = map (profile: [ profile.derivation profile.path ]) ((${deploy().host}) deploy "linux").profiles;
    written = map (profile: [ (profile.path.drvPath or null) "\${profile.path}" ]) (builtins.attrValues deploy.nodes.linux.profiles);
  }`;
  const Paths = z.array(z.tuple([z.string().nullable(), z.string()]));
  const { read: found, written } = z
    .object({ read: Paths, written: Paths })
    .parse(JSON.parse(await ofFlake("kinds-of-profiles", ["eval", "deploy", "--json", "--apply", reader])));
  expect(found.map(([, path]) => path)).toEqual(written.map(([, path]) => path));
  // A string made of a derivation does not say which; every other path does.
  const known = written.flatMap(([derivation], index) => (derivation === null ? [] : [[index, derivation] as const]));
  expect(known.map(([index]) => [index, found[index]?.[0]])).toEqual(known);
  expect(known).toHaveLength(written.length - 1);
});

test("a profile that was not asked for keeps no other from being read", async () => {
  const reader = `(${deploy().hostOfProfiles ?? ""}) [ "system" ]`;
  const whole = `deploy: ${reader} deploy "thrown-profile"`;
  const answer: unknown = JSON.parse(await ofFlake("broken-neighbour", ["eval", "deploy", "--json", "--apply", whole]));
  expect(answer).toMatchObject({ profiles: [{ name: "system" }], deployment: { otherProfiles: ["other"] } });
});

test("without a flake it is the attribute deploy of what a file evaluates to", async () => {
  const path = join(import.meta.dirname, "file/default.nix");
  const source = { kind: "file", reference: path, path, revision: null, dirty: false, directory: root } as const;
  const settings = { showTrace: false, impure: false, options: [], overrideInputs: [], verbose: false };
  const evaluate = async (reader: string): Promise<unknown> => {
    const { file, args } = evaluationCommand(settings, source, "", reader);
    return JSON.parse(await run([file, ...args]));
  };
  expect(await evaluate(deploy().outline)).toMatchObject({ names: ["web"] });
  expect(await evaluate(`value: (${deploy().host}) value "web"`)).toMatchObject({
    profiles: [{ name: "system", path: expect.stringMatching(/-activatable$/u) }],
    deployment: { deploy: { user: "root" }, node: { hostname: "10.0.0.1" } },
  });
});

test("whether a password will be asked for is known beforehand, whatever else is wrong", async () => {
  const asks = async (nodes: string): Promise<unknown> => {
    const expression = `(${deploy().outline}) { nodes = ${nodes}; broken = throw "broken"; }`;
    return JSON.parse(await run(["nix", "eval", "--json", "--expr", expression]));
  };
  const broken =
    'broken = throw "broken"; worse.profiles = throw "broken"; odd = 5; other.profiles.x = throw "broken";';
  const settings = { interactiveSudo: true };
  expect(await asks(`{ ${broken} web.interactiveSudo = true; }`)).toMatchObject({ settings });
  expect(await asks(`{ ${broken} web.profiles.system.interactiveSudo = true; }`)).toMatchObject({ settings });
  expect(await asks(`{ ${broken} web.interactiveSudo = false; }`)).toEqual({
    names: ["broken", "odd", "other", "web", "worse"],
    settings: { interactiveSudo: false },
  });
});

describe("flotilla.lib", () => {
  test("makes programs that heed DRY_ACTIVATE and BOOT", async () => {
    const profile = async (name: string): Promise<string> => {
      const path = `deploy.nodes.linux.profiles.${name}.path`;
      return (await ofFlake("kinds-of-profiles", ["build", path, "--no-link", "--print-out-paths"])).trim();
    };
    const activate = async (name: string, env: Readonly<Record<string, string>>): Promise<string> => {
      const path = await profile(name);
      const script = 'cd "$1" && "$1/deploy-rs-activate" && readlink "$1/bin"';
      return run(["sh", "-c", script, "sh", path], { PROFILE: path, ...env });
    };
    expect(await activate("with-boot", { DRY_ACTIVATE: "1", BOOT: "1" })).toMatch(/^dry\n.*-curl\/bin$/u);
    expect(await activate("with-boot", { DRY_ACTIVATE: "0", BOOT: "1" })).toMatch(/^boot\n/u);
    expect(await activate("with-boot", {})).toMatch(/^curl \d/u);
    expect(await activate("custom", { DRY_ACTIVATE: "1" })).toMatch(/^\/nix\/store\/\w+-activate\n/u);
    expect(await activate("custom", { BOOT: "1" })).toMatch(/^\/nix\/store\/\w+-activate\n/u);
    expect(await activate("custom", {})).toMatch(/^curl \d/u);
    expect(await profile("custom-of-any-system")).toBe(await profile("custom"));
    expect(await profile("of-any-system")).toBe(await profile("nixos"));
  });

  test("checks a flake without building any of its profiles, on any system", async () => {
    for (const check of ["deploy-schema", "deploy-activate"]) {
      const attribute = `checks.x86_64-linux.${check}`;
      await ofFlake("kinds-of-profiles", ["build", attribute, "--no-link"]);
      const derivation = await ofFlake("kinds-of-profiles", ["eval", `${attribute}.drvPath`, "--raw"]);
      expect(await run(["nix-store", "--query", "--requisites", derivation])).not.toContain("activatable");
      await ofFlake("readme", ["eval", `checks.aarch64-linux.${check}.drvPath`]);
    }
  });

  test("refuses what reading refuses, but for what only a look at the words tells", async () => {
    const verdicts = `
      let
        checks = import ${directory}/flotilla/nix/activate/checks.nix { pkgs = import ${root}/test/bed { }; };
        inherit ((import ${import.meta.dirname}/wrong-options/flake.nix).outputs { }) deploy;
        accepts = name: node: (builtins.tryEval (checks.deploy-schema { nodes.\${name} = node; }).name).success;
      in
      builtins.attrNames (builtins.removeAttrs (builtins.mapAttrs (name: node: null) deploy.nodes) (
        builtins.filter (name: !accepts name deploy.nodes.\${name}) (builtins.attrNames deploy.nodes)
      ))`;
    const accepted = JSON.parse(await run(["nix", "eval", "--impure", "--json", "--expr", verdicts]));
    expect(accepted).toEqual([
      "hostname-flag",
      "hostname-with-user",
      "nobody",
      "order-twice",
      "profile-path",
      "right",
      "ssh-user-flag",
      "sudo-open",
      "user-with-blank",
    ]);
  });
});
