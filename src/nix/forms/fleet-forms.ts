// All forms, and which of them is meant where a flake has several.
import { colmena, colmenaHive } from "./colmena.ts";
import { darwinConfigurations } from "./darwin-configurations.ts";
import { deploy } from "./deploy.ts";
import type { FleetFormName, FleetForms } from "./fleet-form.ts";
import { homeConfigurations } from "./home-configurations.ts";
import { nixosConfigurations } from "./nixos-configurations.ts";

/** What no deployment tool made. */
export const ownForms: readonly FleetFormName[] = ["nixosConfigurations", "darwinConfigurations"];

/**
 * By precedence: where a flake has a deployment tool's output, that is its fleet. The forms of one row are read together.
 * A flake with a `flotilla` output means our own.
 */
export const precedence: readonly (readonly FleetFormName[])[] = [
  ["colmenaHive"],
  ["colmena"],
  ["deploy"],
  ownForms,
  ["homeConfigurations"],
];

export function fleetForms(): FleetForms {
  return {
    colmenaHive: colmenaHive(),
    colmena: colmena(),
    deploy: deploy(),
    nixosConfigurations: nixosConfigurations(),
    darwinConfigurations: darwinConfigurations(),
    homeConfigurations: homeConfigurations(),
  };
}
