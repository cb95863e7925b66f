// `deploy.nodes.<name>`: what deploy-rs reads, as a flake output or as an attribute of what a file evaluates to.
import { readAsset } from "../../assets.ts";
import type { FleetForm } from "./fleet-form.ts";

export function deploy(): FleetForm {
  const reader = `(${readAsset("nix/eval/deploy-host.nix")})`;
  return {
    name: "deploy",
    place: "deploy.nodes",
    outline: readAsset("nix/eval/deploy-outline.nix"),
    host: `${reader} null`,
    hostOfProfiles: reader,
    installation: null,
    configuration: null,
    tags: null,
  };
}
