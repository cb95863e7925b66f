import { describe, expect, it } from "vitest";
import { checkRebuild, parseAction, type RebuildOptions } from "./rebuild-options.ts";

const plain: RebuildOptions = {
  action: "switch",
  configuration: { flake: null, noFlake: false, file: null, attribute: null, storePath: null },
  targetHost: null,
  buildHost: null,
  useSubstitutes: false,
  elevate: null,
  askPassword: false,
  rollback: false,
  specialisation: null,
  profileName: "system",
  installBootloader: false,
  diff: false,
  upgrade: "none",
  imageVariant: null,
  nix: { showTrace: false, impure: false, options: [], overrideInputs: [], verbose: false },
  json: false,
  verbose: false,
};
const configuration = (changes: Partial<RebuildOptions["configuration"]>): Partial<RebuildOptions> => ({
  configuration: { ...plain.configuration, ...changes },
});

describe("checkRebuild", () => {
  it.each<[string, Partial<RebuildOptions>]>([
    ["--target-host", { action: "build", targetHost: "web" }],
    ["--build-host", { action: "edit", buildHost: "web" }],
    ["--specialisation", { action: "boot", specialisation: "debug" }],
    ["--rollback", { action: "dry-activate", rollback: true }],
    ["--store-path", { action: "build", ...configuration({ storePath: "/nix/store/x" }) }],
    ["--store-path", { rollback: true, ...configuration({ storePath: "/nix/store/x" }) }],
    ["--store-path", configuration({ storePath: "/nix/store/x", flake: "." })],
    ["--flake", configuration({ flake: ".", file: "web.nix" })],
    ["--flake", configuration({ flake: ".", noFlake: true })],
    ["--json", { json: true }],
    ["--image-variant", { imageVariant: "iso" }],
    ["--install-bootloader", { action: "test", installBootloader: true }],
    ["--profile-name", { profileName: "../system" }],
    ["--specialisation", { specialisation: "../../x" }],
  ])("%s: %j", (flag, changes) => {
    expect(() => checkRebuild({ ...plain, ...changes })).toThrow(flag);
  });

  it.each<[Partial<RebuildOptions>]>([
    [{}],
    [{ action: "list-generations", targetHost: "web", json: true }],
    [{ action: "test", rollback: true, specialisation: "debug" }],
    [configuration({ storePath: "/nix/store/x" })],
    [{ action: "build-vm", buildHost: "builder" }],
    [{ action: "build-image", imageVariant: "iso" }],
  ])("lets %j pass", (changes) => {
    expect(() => checkRebuild({ ...plain, ...changes })).not.toThrow();
  });

  it("knows nixos-rebuild's other word, and names the actions where there is none", () => {
    expect(parseAction("dry-run")).toBe("dry-build");
    expect(() => parseAction("swich")).toThrow('no action "swich"');
  });
});
