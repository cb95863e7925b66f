// Images of hosts, of their own nixpkgs: here the stand-in's, whose kernels and media are texts that say what went in.
import { createHash } from "node:crypto";
import { readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kexecImage } from "../../src/install/kexec/kexec-image.ts";
import { bedFile } from "../bed/places.ts";
import { TestBed } from "../bed/test-bed.ts";
import { Operator } from "./operator.ts";

const key = (name: string): string => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG${name.repeat(8)} ${name}@desk`;

// Nothing here reaches a host, so the bed has none.
let bed: TestBed;
let ana: Operator;

beforeAll(async () => {
  bed = await TestBed.create();
  ana = await Operator.create(bed, "ana");
  await ana.write(
    "flake.nix",
    `{
      inputs.nixpkgs.url = "path:${bedFile("")}";
      outputs = { nixpkgs, ... }: {
        nixosConfigurations = builtins.mapAttrs (hostName: module: nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ { networking = { inherit hostName; }; } module ];
        }) {
          open = { users.users.root.openssh.authorizedKeys.keys = [ "${key("root")}" ]; services.openssh.enable = true;
                   boot.loader.systemd-boot.enable = true; fileSystems."/".device = "/dev/disk/by-label/nixos"; };
          shut = { services.openssh.enable = true; };
          elsewhere = { imports = [ { users.users.root.openssh.authorizedKeys.keys = [ "${key("root")}" ]; services.openssh.enable = true; } ];
                        fileSystems."/".device = "/dev/sda1"; };
        };
        colmenaHive = {
          __schema = "v0.5";
          nodes.noded = nixpkgs.lib.nixosSystem { system = "x86_64-linux"; modules = [ { users.users.root.openssh.authorizedKeys.keys = [ "${key("hive")}" ]; } ]; };
        };
      };
    }`,
  );
  const locked = await ana.shell("nix flake lock");
  if (locked.exitCode !== 0) throw new Error(locked.stderr);
});
afterAll(() => bed?.destroy());

const inFlake = (...words: string[]): string => join(ana.flake, ...words);

test("a tarball for kexec after the protocol of nixos-images, with a checksum, that the fleet's keys open", async () => {
  const made = await ana.flotilla(["image", "kexec", "open", "--from", "nixosConfigurations", "--output", "made"]);
  expect(made).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("building") });
  const archive = made.stdout.trim();
  expect(archive).toBe(inFlake("made/open-kexec/flotilla-kexec-installer-x86_64-linux.tar"));
  expect(made.stderr).toContain("open: building an installer for kexec for x86_64-linux, one public key lets in …");

  // The link keeps it, as a result of nix build.
  const place = await readlink(inFlake("made/open-kexec"));
  expect(place).toMatch(/^\/nix\/store\/[^/]+-flotilla-kexec-installer$/);
  const unpacked = await ana.shell(
    `mkdir unpacked && tar -C unpacked -xf ${archive} && cat unpacked/kexec/initrd && cp ${archive}* unpacked/`,
  );
  expect(unpacked).toMatchObject({ exitCode: 0 });
  expect(unpacked.stdout.split("\n")).toEqual(["root lets in:", key("root")]);
  const copy = inFlake("unpacked/flotilla-kexec-installer-x86_64-linux.tar");
  const sum = createHash("sha256")
    .update(await readFile(copy))
    .digest("hex");
  // What an install makes of the directory.
  const taken = await kexecImage({ kexec: inFlake("unpacked"), architecture: "x86_64", build: async () => "" });
  expect(taken).toEqual({ kind: "file", path: copy, compression: "none", sha256: sum });
  expect(await readFile(inFlake("unpacked/kexec/command-line"), "utf8")).toMatch(
    /^init=\/nix\/store\/[^ ]+\/init .*quiet/,
  );
});

test("an installer of a hive's node, that a key of the operator's opens as well", async () => {
  await ana.write("id.pub", `# mine\n${key("ana")}\n`);
  const made = await ana.flotilla(["image", "iso", "noded", "--from", "colmenaHive", "--authorized-keys", "id.pub"]);
  expect(made).toMatchObject({ exitCode: 0, stdout: inFlake("noded-iso/iso/nixos-minimal.iso") });
  const medium = await ana.shell("cat noded-iso/iso/nixos-minimal.iso");
  expect(medium.stdout.split("\n")).toEqual(["root lets in:", key("ana"), key("hive")]);
});

test("a disk with the host's own system, by how it boots", async () => {
  const made = await ana.flotilla(["image", "disk", "open", "--from", "nixosConfigurations", "--format", "qcow2"]);
  expect(made).toMatchObject({ exitCode: 0, stdout: inFlake("open-disk/nixos.qcow2") });
  expect((await ana.shell("cat open-disk/nixos.qcow2")).stdout).toBe("open on efi, auto");
});

test.each([
  ["kexec", "shut", "nobody could log in to the installer", "users.users.root.openssh.authorizedKeys.keys"],
  ["iso", "shut", "nobody could log in to the installer", "--authorized-keys"],
  ["disk", "shut", "nobody could log in to the machine", "users.users.root.openssh.authorizedKeys.keys"],
  ["disk", "elsewhere", "its root file system is on /dev/sda1", "disko.devices"],
])("no image %s of %s: %s", async (kind, host, why, hint) => {
  const { exitCode, stderr, stdout } = await ana.flotilla(["image", kind, host, "--from", "nixosConfigurations"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toContain("E_IMAGE");
  expect(stderr).toContain(why);
  expect(stderr).toContain(hint);
});

test("a private key is taken for what it is", async () => {
  await ana.write("id", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");
  const { exitCode, stderr } = await ana.flotilla(["image", "kexec", "open", "--authorized-keys", "id"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("--authorized-keys id: that is a private key");
});
