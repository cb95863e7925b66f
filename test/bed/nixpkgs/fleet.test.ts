// The examples/ as their users have them, with the stand-in for nixpkgs, read by both Nixes that flotilla meets.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Controller, type ControllerOptions } from "../controller.ts";
import { setUp } from "../set-up.ts";

const root = join(import.meta.dirname, "../../..");
let directory: string;
let controller: Controller;

beforeAll(async () => {
  await setUp((line) => process.stderr.write(`${line}\n`));
  directory = await mkdtemp(join(tmpdir(), "flotilla-fleet-"));
  controller = new Controller(join(directory, "home"), null);
  for (const example of ["fleet", "install"] as const)
    await cp(join(root, "examples", example), join(directory, example), { recursive: true });
  // Of the project only what its flake hands out: a path: input is copied whole.
  for (const part of ["flake.nix", "nix"])
    await cp(join(root, part), join(directory, "flotilla", part), { recursive: true });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** `builtins.mapAttrs` of the function over nixosConfigurations. */
async function ofEachHost(
  apply: string,
  { example = "fleet", ...options }: ControllerOptions & { readonly example?: "fleet" | "install" } = {},
): Promise<unknown> {
  const overrides = { nixpkgs: `path:${root}/test/bed`, flotilla: `path:${directory}/flotilla` };
  const arguments_ = [
    "--extra-experimental-features",
    "nix-command flakes",
    "eval",
    "--json",
    ...Object.entries(overrides).flatMap(([input, reference]) => ["--override-input", input, reference]),
    "--apply",
    `builtins.mapAttrs (name: { config, options, pkgs, ... }: ${apply})`,
    `path:${directory}/${example}#nixosConfigurations`,
  ];
  const { exitCode, stdout, stderr } = await controller.run(["nix", ...arguments_], options);
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe("the example fleet", () => {
  test.each(["own", "machine"] as const)("evaluates (%s nix)", async (nix) => {
    const read = `{
      inherit (config.deployment) tags;
      label = config.system.nixos.label;
      platform = pkgs.stdenv.hostPlatform.system;
      defaultTarget = options.deployment.targetHost.highestPrio == 1500;
      toplevel = builtins.match ".*-(nixos-system-.*)\\\\.drv" config.system.build.toplevel.drvPath;
    }`;
    const host = (name: string, tag: string) => ({
      tags: [tag],
      label: "release-1",
      platform: "x86_64-linux",
      defaultTarget: true,
      toplevel: [`nixos-system-${name}-release-1`],
    });
    expect(await ofEachHost(read, { nix })).toEqual({
      "db-01": host("db-01", "db"),
      "web-01": host("web-01", "web"),
      "web-02": host("web-02", "web"),
    });
  });

  test("loses its sshd by one line", async () => {
    const file = join(directory, "fleet/hosts/web-02.nix");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(/networking\.hostName.*\n/, "$&\n  services.openssh.enable = false;\n"));
    expect(await ofEachHost("config.bed.settings.sshd")).toEqual({ "db-01": true, "web-01": true, "web-02": false });
    await writeFile(file, text);
  });
});

test.each(["own", "machine"] as const)(
  "the example of an install boots from the disks that it declares (%s nix)",
  async (nix) => {
    const read = `{
    disks = builtins.attrNames config.disko.devices.disk;
    fileSystems = builtins.mapAttrs (path: fs: fs.device) config.fileSystems;
    swap = map (swap: swap.device) config.swapDevices;
    toplevel = builtins.isString config.system.build.toplevel.drvPath;
  }`;
    const root = "/dev/disk/by-partlabel/disk-main-root";
    expect(await ofEachHost(read, { nix, example: "install" })).toEqual({
      "web-01": {
        disks: ["main"],
        fileSystems: { "/": root, "/boot": "/dev/disk/by-partlabel/disk-main-ESP", "/home": root, "/nix": root },
        swap: ["/dev/disk/by-partlabel/disk-main-swap"],
        toplevel: true,
      },
    });
  },
);
