import { describe, expect, test } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { evaluateDiskConfiguration } from "./evaluate-disk-configuration.ts";
import { evaluateInstallation } from "./evaluate-installation.ts";
import { type ScriptedAnswer, scriptedRunner } from "./fixtures/scripted-runner.ts";
import type { FleetSource } from "./fleet-source.ts";
import type { FleetFormName } from "./forms/fleet-form.ts";

const settings = { showTrace: false, impure: false, options: [], overrideInputs: [], verbose: false };
const name = HostName.parse("web-01");
const flake: FleetSource = {
  kind: "flake",
  reference: ".",
  locked: "git+file:///infra?rev=1",
  fingerprint: "f",
  revision: null,
  dirty: false,
  directory: null,
};
const file: FleetSource = {
  kind: "file",
  reference: "f",
  path: "/infra/deploy.nix",
  revision: null,
  dirty: false,
  directory: "/infra",
};

const system = {
  name: "system",
  activator: "nixos",
  user: null,
  profilePath: null,
  derivation: "/nix/store/00000000000000000000000000000000-system.drv",
  path: "/nix/store/00000000000000000000000000000000-system",
};
const activatable = {
  ...system,
  activator: "deploy-rs",
  path: "/nix/store/00000000000000000000000000000000-activatable",
};
const answer = (profile: unknown, more = {}): ScriptedAnswer => ({
  stdout: JSON.stringify({
    profiles: [profile],
    system: null,
    version: null,
    sshPorts: null,
    deployment: null,
    installation: {},
    ...more,
  }),
});
const missing = { exitCode: 1, stderr: `error: attribute 'web-01' missing` };

function evaluate(
  form: FleetFormName,
  reply: (attribute: string, reader: string) => ScriptedAnswer,
  { disks = {}, source = flake }: { disks?: Readonly<Record<string, string>>; source?: FleetSource } = {},
) {
  const runner = scriptedRunner(({ args }) => reply(args.at(-1) ?? "", args.at(-2) ?? ""));
  const evaluated = evaluateInstallation(
    { runner, settings },
    {
      source,
      member: { name, form },
      disks: new Map(Object.entries(disks)),
      signal: new AbortController().signal,
      onLog: () => {},
    },
  );
  return { evaluated, runner };
}

async function errorOf(evaluated: Promise<unknown>): Promise<FlotillaError> {
  const error: unknown = await evaluated.catch((error: unknown) => error);
  if (error instanceof FlotillaError) return error;
  throw new Error("expected a FlotillaError", { cause: error });
}

test("one evaluation says all of a host", async () => {
  const { evaluated, runner } = evaluate("nixosConfigurations", () => answer(system, { installation: { layout: 1 } }));
  expect(await evaluated).toMatchObject({ host: { name }, system: { path: system.path }, installation: { layout: 1 } });
  expect((await evaluated).host).not.toHaveProperty("installation");
  expect(runner.commands).toHaveLength(1);
});

test("devices get into the expression as strings, whatever they are", async () => {
  const readers: string[] = [];
  const disks = { 'a"; b': "/dev/${builtins.abort 1}" };
  const { evaluated } = evaluate(
    "nixosConfigurations",
    (_, reader) => {
      readers.push(reader);
      return answer(system);
    },
    { disks },
  );
  await evaluated;
  expect(readers[0]).toContain(String.raw`{ "a\"; b" = "/dev/\${builtins.abort 1}"; } value "web-01"`);
});

describe("a node of deploy-rs", () => {
  test("has its own settings, and the system of nixosConfigurations", async () => {
    const { evaluated } = evaluate("deploy", (attribute) =>
      attribute.endsWith("#deploy") ? answer(activatable) : answer(system),
    );
    const { host, system: installed } = await evaluated;
    expect(host.profiles[0]?.path).toBe(activatable.path);
    expect(installed.path).toBe(system.path);
  });

  test("of a file has it beside `deploy`", async () => {
    const expressions: string[] = [];
    const { evaluated } = evaluate(
      "deploy",
      (expression) => {
        expressions.push(expression);
        return answer(system);
      },
      { source: file },
    );
    await evaluated;
    expect(expressions.some((expression) => expression.includes("value.nixosConfigurations"))).toBe(true);
  });

  test("without one cannot be installed", async () => {
    const { evaluated } = evaluate("deploy", (attribute) =>
      attribute.endsWith("#deploy") ? answer(activatable) : missing,
    );
    expect(await errorOf(evaluated)).toMatchObject({ code: "E_NOT_INSTALLABLE", host: name });
  });

  test("whose configuration is broken says that, and not that it has none", async () => {
    const { evaluated } = evaluate("deploy", (attribute) =>
      attribute.endsWith("#deploy") ? answer(activatable) : { exitCode: 1, stderr: "error: attribute 'pkgz' missing" },
    );
    expect(await errorOf(evaluated)).toMatchObject({ code: "E_EVALUATION" });
  });
});

test.each<FleetFormName>(["homeConfigurations", "darwinConfigurations"])("%s has no NixOS systems", async (form) => {
  const { evaluated, runner } = evaluate(form, () => answer(system));
  expect(await errorOf(evaluated)).toMatchObject({ code: "E_NOT_INSTALLABLE", host: name });
  expect(runner.commands).toEqual([]);
});

test("what has no system is no host", async () => {
  const { evaluated } = evaluate("nixosConfigurations", () => answer({ ...system, name: "other" }));
  expect((await errorOf(evaluated)).message).toContain("it has no system");
});

describe("disks without a host", () => {
  const read = (reply: (attribute: string) => ScriptedAnswer) => {
    const runner = scriptedRunner(({ args }) => reply(args.at(-1) ?? ""));
    const { signal } = new AbortController();
    return evaluateDiskConfiguration(
      { runner, settings },
      { source: flake, name, disks: new Map(), signal, onLog() {} },
    );
  };
  const disks = { stdout: JSON.stringify({ layout: {}, layoutReferences: {} }) };

  test("are asked for alone where an old Nix cannot name all outputs", async () => {
    const unknown = { exitCode: 1, stderr: "error: flake 'x' does not provide attribute '.'" };
    const asked: string[] = [];
    await read((attribute) => {
      asked.push(attribute);
      return attribute.endsWith("#.") ? unknown : disks;
    });
    expect(asked).toEqual([`${flake.locked}#.`, `${flake.locked}#diskoConfigurations`]);
  });

  test("are not asked for again when they are wrong", async () => {
    const asked: string[] = [];
    const reading = read((attribute) => {
      asked.push(attribute);
      return { exitCode: 1, stderr: "error: diskoConfigurations has no web-01" };
    });
    expect((await errorOf(reading)).code).toBe("E_EVALUATION");
    expect(asked).toHaveLength(1);
  });
});
