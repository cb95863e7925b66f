// What an installer is made of: nix/modules/installer.nix, with the options of NixOS that it sets as far as they are asked for here.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { nixInstantiate } from "./nix-instantiate.ts";

const Installer = z.object({
  assertions: z.array(z.object({ assertion: z.boolean(), message: z.string() })),
  services: z.record(
    z.string(),
    z.object({
      script: z.string(),
      before: z.array(z.string()),
      wantedBy: z.array(z.string()),
      unitConfig: z.object({ ConditionPathExists: z.string() }),
    }),
  ),
  variant: z.string(),
  rootLogin: z.string(),
});

/** The installer with root's keys, beside what nixpkgs's own profiles set by default. */
const installer = (keys: string) =>
  Installer.parse(
    nixInstantiate(`let
  raw = lib.mkOption { type = lib.types.anything; default = { }; };
  inherit
    (lib.evalModules {
      modules = [
        (root + "/nix/modules/installer.nix")
        {
          options = lib.genAttrs [ "boot" "documentation" "environment" "networking" "nix" "systemd" "users" ] (_: raw) // {
            assertions = lib.mkOption { type = lib.types.listOf lib.types.unspecified; };
            services.openssh.enable = lib.mkOption { type = lib.types.bool; };
            services.openssh.settings.PermitRootLogin = lib.mkOption { type = lib.types.str; };
            system.stateVersion = lib.mkOption { type = lib.types.str; };
            system.nixos = {
              release = lib.mkOption { type = lib.types.str; };
              variant_id = lib.mkOption { type = lib.types.str; };
            };
          };
          config = {
            _module.args.pkgs = { coreutils = "/coreutils"; };
            system.nixos.release = "25.05";
            services.openssh.settings.PermitRootLogin = lib.mkDefault "yes";
            users.users.root.openssh.authorizedKeys = { keys = ${keys}; keyFiles = [ ]; };
          };
        }
      ];
    })
    config
    ;
in {
  inherit (config) assertions;
  inherit (config.boot.initrd.systemd) services;
  variant = config.system.nixos.variant_id;
  rootLogin = config.services.openssh.settings.PermitRootLogin;
}`),
  );

test("nobody is left without a way in", () => {
  const [none] = installer("[ ]").assertions;
  expect(none).toMatchObject({ assertion: false });
  expect(none?.message).toContain("users.users.root.openssh.authorizedKeys.keys");
  expect(installer('[ "ssh-ed25519 AAAA ana" ]').assertions[0]).toMatchObject({ assertion: true });
});

test("it says what it is, and takes no passwords from the network", () => {
  expect(installer("[ ]")).toMatchObject({ variant: "installer", rootLogin: "prohibit-password" });
});

test("nothing goes on to the system before its network and keys are there", () => {
  const { services } = installer("[ ]");
  expect(Object.keys(services)).toEqual(["flotilla-identity", "flotilla-network"]);
  for (const { before, wantedBy } of Object.values(services)) {
    expect(wantedBy).toEqual(["initrd.target"]);
    expect(before).toEqual(["initrd.target"]);
  }
});

describe("in its first root", () => {
  let directory: string;
  beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "flotilla-installer-"))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** Runs a step with all its paths below a directory. */
  function run(name: string): void {
    const script = installer("[ ]").services[name]?.script ?? "false";
    const moved = script.replaceAll(/(?<![\w.}"])\/(?=(?:flotilla|machine-id|run|ssh|sysroot)\b)/gu, `${directory}/`);
    execFileSync("bash", ["-e", "-c", moved.replaceAll('"/sysroot', `"${directory}/sysroot`)]);
  }
  const put = (path: string, text: string): void => {
    mkdirSync(join(directory, path, ".."), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  const modeOf = (path: string): string => (statSync(join(directory, path)).mode & 0o777).toString(8);

  test("the machine's network is handed on", () => {
    put("flotilla/network/10-eth0.network", "[Match]\n");
    run("flotilla-network");
    expect(readdirSync(join(directory, "run/systemd/network"))).toEqual(["10-eth0.network"]);
  });

  test("the machine's keys are handed on, and kept from others", () => {
    put("ssh/ssh_host_ed25519_key", "private");
    put("ssh/ssh_host_ed25519_key.pub", "public");
    put("ssh/authorized_keys", "ssh-ed25519 AAAA ana\n");
    put("machine-id", "0123456789abcdef0123456789abcdef\n");
    put("sysroot/root/.ssh/authorized_keys", "ssh-ed25519 AAAA baked\n");
    run("flotilla-identity");
    expect(modeOf("sysroot/etc/ssh/ssh_host_ed25519_key")).toBe("600");
    expect(modeOf("sysroot/etc/ssh/ssh_host_ed25519_key.pub")).toBe("644");
    expect(readFileSync(join(directory, "sysroot/root/.ssh/authorized_keys"), "utf8")).toBe(
      "ssh-ed25519 AAAA baked\nssh-ed25519 AAAA ana\n",
    );
    expect(modeOf("sysroot/root/.ssh/authorized_keys")).toBe("600");
    expect(readFileSync(join(directory, "sysroot/etc/machine-id"), "utf8")).toBe("0123456789abcdef0123456789abcdef\n");
  });
});
