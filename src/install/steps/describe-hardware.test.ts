import { expect, it } from "vitest";
import { FakeInstall } from "../fake-install.test-support.ts";
import { installHost } from "../install-host.ts";
import { installation, settingsOf, web } from "../test-installation.ts";
import { publicKeys } from "./furnish-system.ts";

it.each([
  ["nixos-facter", '{ "version": 1 }\n', true],
  ["nixos-facter", 'copying path\n{ "version": 1 }\n', false],
  ["nixos-facter", "", false],
  ["nixos-generate-config", "{ ... }:\n{\n}\n", true],
  ["nixos-generate-config", "{ ... }:\n{\n  boot", false],
] as const)("what %s prints (%j) is written where it is a description: %s", async (by, text, isOne) => {
  const fake = new FakeInstall();
  fake.hardware = text;
  const settings = settingsOf({ hardwareConfig: { by, path: "hardware" } });
  const steps = {
    services: fake.services(),
    settings,
    agree: async () => ({ passphrases: new Map() }),
    withdraw: () => {},
  };
  const { outcome, reason } = await installHost(steps, web, Promise.resolve(installation));
  expect({ outcome, code: reason?.code }).toEqual(
    isOne ? { outcome: "installed", code: undefined } : { outcome: "failed", code: "E_INSTALL" },
  );
  expect(fake.done.includes(`describe web in hardware: ${text}`)).toBe(isOne);
  expect(fake.done.includes("disks")).toBe(isOne);
});

it("a public key is its type and itself, whatever else a machine prints", () => {
  const lines = [
    "ssh-ed25519 AAAAC3Nz+/= root@web",
    "* ssh-ed25519 AAAA",
    'ssh-rsa"; x = " AAAA',
    "ssh-rsa\u001b[2J AAAA",
    "@cert-authority",
    "",
  ];
  expect(publicKeys(lines.join("\n"))).toEqual(["ssh-ed25519 AAAAC3Nz+/="]);
});
