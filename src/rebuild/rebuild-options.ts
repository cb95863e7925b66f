// What `flotilla rebuild` is asked: nixos-rebuild's actions and flags, and which of them go together.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { NixSettings } from "../nix/nix.ts";

/** Those that bring a system to a machine; the others build or show something. */
export const activations = ["switch", "boot", "test", "dry-activate"] as const;
export const builds = ["build", "dry-build", "build-vm", "build-vm-with-bootloader", "build-image"] as const;
export const rebuildActions = [...activations, ...builds, "edit", "repl", "list-generations"] as const;
export type Activation = (typeof activations)[number];
export type Build = (typeof builds)[number];
export type RebuildAction = (typeof rebuildActions)[number];

/**
 * @throws FlotillaError E_USAGE with the nearest action
 * @example parseAction("dry-run") // "dry-build"
 */
export function parseAction(word: string): RebuildAction {
  const action = word === "dry-run" ? "dry-build" : rebuildActions.find((one) => one === word);
  if (action !== undefined) return action;
  throw usage(`there is no action "${word}"`, `it is one of ${rebuildActions.join(", ")}`);
}

/** Where the configuration is, as the operator said it; all null: where nixos-rebuild looks (find-configuration.ts). */
export interface ConfigurationWish {
  /** REF#NAME. */
  readonly flake: string | null;
  /** true: no flake is looked for. */
  readonly noFlake: boolean;
  readonly file: string | null;
  readonly attribute: string | null;
  /** A system that is built already. */
  readonly storePath: string | null;
}

export interface RebuildOptions {
  readonly action: RebuildAction;
  readonly configuration: ConfigurationWish;
  /** [user@]address[:port]; null: this machine. */
  readonly targetHost: string | null;
  readonly buildHost: string | null;
  readonly useSubstitutes: boolean;
  /** null: found out at the login. */
  readonly elevate: "sudo" | "run0" | "none" | null;
  readonly askPassword: boolean;
  /** To the generation before the one that runs; nothing is evaluated. */
  readonly rollback: boolean;
  readonly specialisation: string | null;
  /** "system", or one below system-profiles. */
  readonly profileName: string;
  readonly installBootloader: boolean;
  /** Print what changes, package by package. */
  readonly diff: boolean;
  /** Which channels are updated first. */
  readonly upgrade: "none" | "nixos" | "all";
  readonly imageVariant: string | null;
  readonly nix: NixSettings;
  readonly json: boolean;
  readonly verbose: boolean;
}

/**
 * Says no to what cannot go together, as nixos-rebuild does.
 *
 * @throws FlotillaError E_USAGE
 */
export function checkRebuild(options: RebuildOptions): void {
  const { action, buildHost, configuration, imageVariant, json, rollback, specialisation, targetHost } = options;
  const { attribute, file, flake, storePath } = configuration;
  const only = (flag: string, given: boolean, actions: readonly RebuildAction[]): void => {
    if (!given || actions.includes(action)) return;
    throw usage(`${flag} has no meaning for ${action}`, `it is for ${actions.join(", ")}`);
  };
  const apart = (one: string, first: boolean, other: string, second: boolean): void => {
    if (first && second) throw usage(`${one} and ${other} exclude each other`, "leave one of them out");
  };
  only("--target-host", targetHost !== null, [...activations, "list-generations"]);
  only("--build-host", buildHost !== null, [...activations, ...builds]);
  only("--specialisation", specialisation !== null, ["switch", "test"]);
  only("--rollback", rollback, ["switch", "boot", "test", "build"]);
  only("--store-path", storePath !== null, activations);
  only("--image-variant", imageVariant !== null, ["build-image"]);
  only("--json", json, ["list-generations"]);
  only("--install-bootloader", options.installBootloader, ["switch", "boot"]);
  apart("--flake", flake !== null, "--file or --attr", file !== null || attribute !== null);
  apart("--flake", flake !== null, "--no-flake", configuration.noFlake);
  apart("--store-path", storePath !== null, "--flake, --file or --attr", [flake, file, attribute].some(isGiven));
  apart("--store-path", storePath !== null, "--rollback", rollback);
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/u.test(options.profileName)) {
    throw usage(`--profile-name "${options.profileName}" can be no profile`, "it is a name such as test");
  }
  if (specialisation !== null && !/^[^/\0]+$/u.test(specialisation)) {
    throw usage(`--specialisation "${specialisation}" can be no specialisation`, "it is a name without a slash");
  }
}

const isGiven = (value: string | null): boolean => value !== null;

const usage = (message: string, hint: string): FlotillaError => new FlotillaError("E_USAGE", message, { hint });
