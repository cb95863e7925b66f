// `nixosConfigurations.<name>`: what nixos-rebuild reads.
import { readAsset } from "../../assets.ts";
import type { FleetForm } from "./fleet-form.ts";
import { installationReader, withDisks } from "./installation-reader.ts";

/** Of a host whose configuration may have the module. */
export const tagsOfConfiguration = "configurations: name: configurations.${name}.config.deployment.tags or null";

export function nixosConfigurations(): FleetForm {
  return {
    name: "nixosConfigurations",
    place: "nixosConfigurations",
    outline: "configurations: { names = builtins.attrNames configurations; settings = null; }",
    host: `configurations: name: (${readAsset("nix/eval/host.nix")}) configurations.\${name}`,
    hostOfProfiles: null,
    installation: `disks: configurations: name:
${installationReader()} (${withDisks()} disks configurations.\${name})`,
    configuration: "configurations: name: configurations.${name}",
    tags: tagsOfConfiguration,
  };
}
