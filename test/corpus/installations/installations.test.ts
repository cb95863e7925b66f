// Hosts to install, in every form: what is read of them, or the one clear error.
// `npx vitest run --project bed test/corpus/installations --update` writes down what is read now.
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FlotillaError } from "../../../src/domain/flotilla-error.ts";
import { HostName } from "../../../src/domain/host-name.ts";
import { noOverrides } from "../../../src/fleet/host-overrides.ts";
import { readDiskConfiguration } from "../../../src/install/read-disk-configuration.ts";
import { readInstallation } from "../../../src/install/read-installation.ts";
import { evaluateDiskConfiguration } from "../../../src/nix/evaluate-disk-configuration.ts";
import { evaluateInstallation, type InstallationTools } from "../../../src/nix/evaluate-installation.ts";
import { configurationFile } from "../../../src/nix/configuration-file.ts";
import type { FleetSource } from "../../../src/nix/fleet-source.ts";
import type { FleetFormName } from "../../../src/nix/forms/fleet-form.ts";
import { lockFlake } from "../../../src/nix/lock-flake.ts";
import { Controller } from "../../bed/controller.ts";
import { setUp } from "../../bed/set-up.ts";
import { controllerRunner } from "../hives/controller-runner.ts";

const root = join(import.meta.dirname, "../../..");
const { signal } = new AbortController();
let directory: string;

beforeAll(async () => {
  await setUp((line) => process.stderr.write(`${line}\n`));
  directory = await mkdtemp(join(tmpdir(), "flotilla-installations-"));
  for (const part of ["flake.nix", "nix"])
    await cp(join(root, part), join(directory, "flotilla", part), { recursive: true });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Reading {
  readonly tools: InstallationTools;
  readonly source: FleetSource;
}

async function open(nix: "own" | "machine"): Promise<Reading> {
  const env = { NIX_PATH: `nixpkgs=${root}/test/bed` };
  const runner = controllerRunner(new Controller(join(directory, "home"), null), { nix, env });
  const inputs = {
    nixpkgs: `path:${root}/test/bed`,
    flotilla: `path:${directory}/flotilla`,
    "deploy-rs": `path:${directory}/flotilla/nix/activate`,
  };
  const overrideInputs = Object.entries(inputs);
  const settings = { showTrace: false, impure: false, options: [], overrideInputs, verbose: false };
  return {
    tools: { runner, settings },
    source: await lockFlake(runner, settings, `path:${import.meta.dirname}`, signal),
  };
}

async function read(
  { source, tools }: Reading,
  form: FleetFormName,
  host: string,
  disks: Readonly<Record<string, string>> = {},
) {
  const warnings: string[] = [];
  const installation = await readInstallation((wanted) => evaluateInstallation(tools, wanted), {
    source,
    member: { name: HostName.parse(host), form },
    disks: new Map(Object.entries(disks)),
    outline: { plain: null },
    overrides: noOverrides,
    signal,
    onLog: () => {},
    onWarning: (warning) => warnings.push(warning),
  });
  expect(warnings).toEqual([]);
  return installation;
}

const readDisks = ({ source, tools }: Reading, name: string, disks: Readonly<Record<string, string>> = {}) =>
  readDiskConfiguration((wanted) => evaluateDiskConfiguration(tools, wanted), {
    source,
    name: HostName.parse(name),
    disks: new Map(Object.entries(disks)),
    signal,
    onLog: () => {},
  });

const golden = (name: string): string => join(import.meta.dirname, `${name}.golden.json`);
const asText = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replaceAll(/\/nix\/store\/[0-9a-z]{32}-/gu, "/nix/store/HASH-")}\n`;

async function errorOf(reading: Promise<unknown>): Promise<Pick<FlotillaError, "code" | "message" | "hint">> {
  const error: unknown = await reading.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(error instanceof FlotillaError)) throw new Error("expected a FlotillaError", { cause: error });
  const { code, hint, message } = error;
  return { code, hint, message };
}

// The oldest Nix that flotilla works with, and a newer one.
describe.each(["own", "machine"] as const)("by the Nix of the %s", (nix) => {
  let reading: Reading;
  beforeAll(async () => void (reading = await open(nix)));

  test.each<[FleetFormName, string]>([
    ["nixosConfigurations", "web"],
    ["nixosConfigurations", "other-user"],
    ["nixosConfigurations", "plain"],
    ["nixosConfigurations", "no-disks"],
    ["nixosConfigurations", "referring"],
    ["nixosConfigurations", "disko"],
    ["colmena", "web"],
    ["colmenaHive", "web"],
    ["deploy", "web"],
  ])("%s.%s is read as written down", async (form, host) => {
    const { host: whole, ...installation } = await read(reading, form, host);
    const { name, profiles, system: platform } = whole;
    const told = { name, platform, profiles: profiles.map((profile) => profile.path), ...installation };
    await expect(asText(told)).toMatchFileSnapshot(golden(`${form}.${host}`));
  });

  test.each(["plain", "of-lib", "checked"])("diskoConfigurations.%s is read as written down", async (name) => {
    // All outputs cannot be named by an old Nix, and a function has to be given a lib out of another one.
    if (nix === "machine" && name === "of-lib") return;
    await expect(asText(await readDisks(reading, name))).toMatchFileSnapshot(golden(`diskoConfigurations.${name}`));
  });

  test("a hive that is a file", async () => {
    const { settings, runner } = reading.tools;
    const source = await configurationFile(runner, join(import.meta.dirname, "hive.nix"), signal);
    const hive = { tools: { runner, settings: { ...settings, overrideInputs: [] } }, source };
    const { authorizedKeys, boot, layout } = await read(hive, "colmena", "web", { main: "/dev/sdx" });
    expect(layout?.disk["main"]?.device).toBe("/dev/sdx");
    expect(boot.grubDevices).toEqual(["/dev/sdx"]);
    expect(authorizedKeys).toEqual(["ssh-ed25519 AAAAroot ana@desk"]);
  });

  test("the operator has the last word on a disk's device, also over mkForce", async () => {
    const { layout } = await read(reading, "nixosConfigurations", "other-user", { main: "/dev/sdx" });
    expect(layout?.disk["main"]?.device).toBe("/dev/sdx");
  });

  test("disks without a host are those that the operator says", async () => {
    expect((await readDisks(reading, "plain", { main: "/dev/sdx" })).disk["main"]?.device).toBe("/dev/sdx");
  });

  test.each<FleetFormName>(["nixosConfigurations", "colmena", "colmenaHive", "deploy"])(
    "%s: a disk's device is what the operator says, and the boot loader follows",
    async (form) => {
      const device = "/dev/disk/by-id/virtio-the-one";
      const { boot, layout, system } = await read(reading, form, "web", { main: device });
      expect(layout?.disk["main"]?.device).toBe(device);
      expect(boot.grubDevices).toEqual([device]);
      const unchanged = await read(reading, form, "web");
      expect(unchanged.boot.grubDevices).toEqual(["/dev/sda"]);
      // What is installed is another system, too.
      expect(system.path).not.toBe(unchanged.system.path);
    },
  );
});

describe("says what is wrong:", () => {
  let reading: Reading;
  beforeAll(async () => void (reading = await open("own")));

  test("a disk that the layout has not", async () => {
    expect(await errorOf(read(reading, "nixosConfigurations", "web", { mian: "/dev/sdb" }))).toMatchObject({
      code: "E_EVALUATION",
      message: "web does not evaluate: disko.devices.disk has no mian: it has main",
    });
  });

  test("a disk of a host that declares none", async () => {
    expect((await errorOf(read(reading, "nixosConfigurations", "plain", { main: "/dev/sdb" }))).message).toBe(
      "plain does not evaluate: disko.devices.disk has no main: it has none",
    );
  });

  test("a configuration that nothing can be laid over", async () => {
    expect((await errorOf(read(reading, "nixosConfigurations", "by-hand", { main: "/dev/sdb" }))).message).toContain(
      "was not made by nixosSystem",
    );
  });

  test("a layout with a mistake", async () => {
    expect(await errorOf(read(reading, "nixosConfigurations", "misshapen"))).toMatchObject({
      code: "E_DISK_LAYOUT",
      message: 'disko.devices.disk."a b".device: Invalid input: expected string, received number',
    });
  });

  test("a home", async () => {
    expect((await errorOf(read(reading, "homeConfigurations", "desk"))).code).toBe("E_NOT_INSTALLABLE");
  });

  test("a node of deploy-rs without a NixOS configuration of its name", async () => {
    expect(await errorOf(read(reading, "deploy", "elsewhere"))).toMatchObject({
      code: "E_NOT_INSTALLABLE",
      hint: "give its system as nixosConfigurations.elsewhere: disks and boot loader are read there",
    });
  });

  test("disks that are not declared", async () => {
    expect((await errorOf(readDisks(reading, "missing"))).message).toBe(
      "missing does not evaluate: diskoConfigurations has no missing: it has checked, of-lib, of-something, plain",
    );
    expect((await errorOf(readDisks(reading, "plain", { other: "/dev/sdx" }))).message).toBe(
      "plain does not evaluate: disko.devices.disk has no other: it has main",
    );
    expect((await errorOf(readDisks(reading, "of-something"))).message).toContain("disks");
  });
});
