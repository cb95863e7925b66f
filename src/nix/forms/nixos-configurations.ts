// `nixosConfigurations.<name>`: what nixos-rebuild reads.
import { readAsset } from "../../assets.ts";
import type { FleetForm } from "./fleet-form.ts";

export function nixosConfigurations(): FleetForm {
  return {
    name: "nixosConfigurations",
    outline: "configurations: { names = builtins.attrNames configurations; settings = null; }",
    host: `configurations: name: (${readAsset("nix/eval/host.nix")}) configurations.\${name}`,
  };
}
