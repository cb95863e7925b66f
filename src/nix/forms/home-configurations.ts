// `homeConfigurations."<user>@<host>"`: what home-manager reads, as one host with a profile for each of its users.
import { readAsset } from "../../assets.ts";
import type { FleetForm } from "./fleet-form.ts";

export function homeConfigurations(): FleetForm {
  const homes = `(${readAsset("nix/eval/homes.nix")})`;
  return {
    name: "homeConfigurations",
    place: "homeConfigurations",
    outline: `homes: { inherit (${homes} homes) names; settings = null; }`,
    host: `homes: (${homes} homes).hostOfProfiles null`,
    hostOfProfiles: `wanted: homes: (${homes} homes).hostOfProfiles wanted`,
    installation: null,
    configuration: null,
    tags: null,
  };
}
