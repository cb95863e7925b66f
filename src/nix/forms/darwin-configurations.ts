// `darwinConfigurations.<name>`: what darwin-rebuild reads.
import { readAsset } from "../../assets.ts";
import type { FleetForm } from "./fleet-form.ts";
import { tagsOfConfiguration } from "./nixos-configurations.ts";

export function darwinConfigurations(): FleetForm {
  return {
    name: "darwinConfigurations",
    place: "darwinConfigurations",
    outline: "configurations: { names = builtins.attrNames configurations; settings = null; }",
    host: `configurations: name:
(${readAsset("nix/eval/darwin-host.nix")})
(${readAsset("nix/eval/host.nix")})
configurations.\${name}`,
    hostOfProfiles: null,
    installation: null,
    configuration: null,
    tags: tagsOfConfiguration,
  };
}
