// `deploy.nodes.<name>`: what deploy-rs reads, as a flake output or as an attribute of what a file evaluates to.
import { readAsset } from "../../assets.ts";
import type { FleetForm } from "./fleet-form.ts";

export function deploy(): FleetForm {
  return {
    name: "deploy",
    outline: readAsset("nix/eval/deploy-outline.nix"),
    host: readAsset("nix/eval/deploy-host.nix"),
    tags: null,
  };
}
