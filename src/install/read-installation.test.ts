import { describe, expect, test } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { DerivationPath, StorePath } from "../domain/store-path.ts";
import { noOverrides } from "../fleet/host-overrides.ts";
import type { EvaluatedInstallation } from "../nix/evaluate-installation.ts";
import { readInstallation } from "./read-installation.ts";

const name = HostName.parse("web-01");
const derivation = DerivationPath.parse("/nix/store/00000000000000000000000000000000-system.drv");
const path = StorePath.parse("/nix/store/00000000000000000000000000000000-system");
const system = { name: "system", activator: "nixos", user: null, profilePath: null, derivation, path } as const;

const told = {
  layout: null,
  layoutFrom: null,
  layoutReferences: { derivations: [], paths: [] },
  diskoScripts: {},
  mountPoint: "/mnt",
  boot: {
    loader: "systemd-boot",
    efi: true,
    canTouchEfiVariables: true,
    efiInstallAsRemovable: false,
    efiMountPoint: "/boot",
    grubDevices: [],
  },
  sshEnabled: true,
  authorizedKeys: { root: ["ssh-ed25519 AAAA root"], ana: ["ssh-ed25519 AAAA ana"] },
  hostKeys: [],
  hostId: null,
  substituters: [],
  trustedPublicKeys: [],
};

function read(installation: unknown, deployment: unknown = null) {
  const evaluated: EvaluatedInstallation = {
    host: {
      name,
      form: "nixosConfigurations",
      system: "x86_64-linux",
      profiles: [system],
      version: null,
      sshPorts: null,
      deployment,
    },
    system,
    installation,
  };
  return readInstallation(() => Promise.resolve(evaluated), {
    source: {
      kind: "file",
      reference: "hive.nix",
      path: "/hive.nix",
      revision: null,
      dirty: false,
      directory: "/",
    },
    member: { name, form: "nixosConfigurations" },
    disks: new Map(),
    outline: { plain: null },
    overrides: noOverrides,
    signal: new AbortController().signal,
    onLog: () => {},
    onWarning: () => {},
  });
}

async function errorOf(installation: unknown): Promise<FlotillaError> {
  const error: unknown = await read(installation).catch((error: unknown) => error);
  if (error instanceof FlotillaError) return error;
  throw new Error("expected a FlotillaError", { cause: error });
}

describe("the keys that open the installed system are", () => {
  test.each<[string, unknown, unknown, readonly string[] | null]>([
    ["root's by default", told.authorizedKeys, null, ["ssh-ed25519 AAAA root"]],
    ["the deploying user's", told.authorizedKeys, { targetUser: "ana" }, ["ssh-ed25519 AAAA ana"]],
    ["those of the user in the address", told.authorizedKeys, { targetHost: "ana@10.0.0.1" }, ["ssh-ed25519 AAAA ana"]],
    ["none where that user has none", told.authorizedKeys, { targetUser: "bob" }, []],
    ["none for a user named like a property of every object", told.authorizedKeys, { targetUser: "constructor" }, []],
    ["unknown where ssh's own configuration names the user", told.authorizedKeys, { targetUser: null }, null],
    ["unknown where they come from elsewhere", null, null, null],
  ])("%s", async (_, authorizedKeys, deployment, expected) => {
    const installation = await read({ ...told, authorizedKeys }, deployment);
    expect(installation.authorizedKeys).toEqual(expected);
  });
});

test("what is installed is the system itself", async () => {
  expect((await read(told)).system).toEqual({ derivation, path });
});

test("a mistake in the layout is named as it is written", async () => {
  const partitions = { root: { name: "root", type: "8300", size: 7 } };
  const content = { type: "gpt", device: "/dev/sda", partitions };
  const disk = { "main disk": { name: "main disk", device: "/dev/sda", imageName: "main", content } };
  const { code, host, message } = await errorOf({ ...told, layout: { disk } });
  expect(code).toBe("E_DISK_LAYOUT");
  expect(host).toBe(name);
  expect(message).toContain('disko.devices.disk."main disk".content.partitions.root.size: ');
});

test.each([
  ["nothing", undefined],
  ["a mount point that is none", { ...told, mountPoint: "mnt" }],
  ["a script that is not in the store", { ...told, diskoScripts: { diskoScript: { derivation, path: "/tmp/x" } } }],
])("%s is an error of the configuration", async (_, installation) => {
  expect((await errorOf(installation)).code).toBe("E_CONFIGURATION");
});
