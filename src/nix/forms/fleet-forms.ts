// All forms, and which of them is meant where a flake has several.
import { colmena, colmenaHive } from "./colmena.ts";
import { darwinConfigurations } from "./darwin-configurations.ts";
import { deploy } from "./deploy.ts";
import type { FleetForm, FleetFormName } from "./fleet-form.ts";
import { homeConfigurations } from "./home-configurations.ts";
import { nixosConfigurations } from "./nixos-configurations.ts";

/**
 * By precedence: where a flake has a deployment tool's output, that is its fleet. The forms of one row are read together.
 * A flake with a `flotilla` output means the last row.
 */
export const precedence: readonly (readonly FleetFormName[])[] = [
  ["colmenaHive"],
  ["colmena"],
  ["deploy"],
  ["nixosConfigurations", "darwinConfigurations"],
  ["homeConfigurations"],
];

export function fleetForms(): readonly FleetForm[] {
  return [colmenaHive(), colmena(), deploy(), nixosConfigurations(), darwinConfigurations(), homeConfigurations()];
}
