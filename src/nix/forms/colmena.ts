// Hives: the flake outputs of colmena, and hive.nix.
import { readAsset } from "../../assets.ts";
import type { FleetForm } from "./fleet-form.ts";
import { installationReader, withDisks } from "./installation-reader.ts";

// Each file is read whole and put into the expression: a pure evaluation can import nothing that is not in the store.
const expression = (file: string): string => `(${readAsset(file)})`;

const outline = (): string => expression("nix/eval/hive-outline.nix");
const installation = (): string => `(disks: hive: name:
  ${expression("nix/eval/hive-host.nix")} ${installationReader()}
  (${expression("nix/eval/hive-with-disks.nix")} ${withDisks()} disks hive name) name)`;
const host = (): string => `(${expression("nix/eval/hive-host.nix")} ${expression("nix/eval/host.nix")})`;

const node = "hive: name: hive.nodes.${name}";
const tags = "hive: name: (hive.deploymentConfig.${name} or hive.nodes.${name}.config.deployment or { }).tags or [ ]";

/** Flake output `colmenaHive`: a hive that `makeHive` evaluated, or a set made by hand in its shape. */
export function colmenaHive(): FleetForm {
  return {
    name: "colmenaHive",
    place: "colmenaHive",
    outline: outline(),
    host: host(),
    hostOfProfiles: null,
    installation: installation(),
    configuration: node,
    tags,
  };
}

/** Flake output `colmena`, and what hive.nix evaluates to: the hive as it is written, which our own evaluator evaluates. */
export function colmena(): FleetForm {
  return {
    name: "colmena",
    place: "colmena",
    outline: `hive: ${outline()} (${evaluator(tellsReads)} hive)`,
    host: `hive: ${host()} (${evaluator(tellsReads)} hive)`,
    hostOfProfiles: null,
    installation: `disks: hive: ${installation()} disks (${evaluator(tellsReads)} hive)`,
    configuration: `hive: (${node}) (${evaluator(tellsReads)} hive)`,
    tags: `hive: (${tags}) (${evaluator()} hive)`,
  };
}

/** Says on stderr which nodes others read: see hosts-per-process.ts. */
const tellsReads = 'onRead = name: builtins.trace "flotilla: a node is read: ${name}";';

/** `hive: { nodes, toplevel, … }`: nix/hive with all its files in one expression. `more`: other arguments of eval.nix. */
export function evaluator(more = ""): string {
  return `(rawHive: ${expression("nix/hive/eval.nix")} {
  inherit rawHive;
  # In a pure evaluation, which has no system of its own, there is no <nixpkgs> either.
  hermetic = !(builtins ? currentSystem);
  colmenaOptions = ${expression("nix/hive/options.nix")} {
    deploymentModule = ${expression("nix/modules/deployment.nix")};
    keysModule = ${expression("nix/modules/keys.nix")};
  };
  colmenaModules = ${expression("nix/hive/modules.nix")};
  ${more}
})`;
}
