// Where the configuration of a machine is: what the operator said, or else where nixos-rebuild looks, in its order.
import { dirname, join, resolve } from "node:path";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { nixString } from "../nix/nix-string.ts";
import type { ConfigurationWish } from "./rebuild-options.ts";

/** A flake, or an expression of Nix whose value is the configuration. */
export type FoundConfiguration =
  | { readonly kind: "flake"; readonly reference: string; readonly name: string | null }
  | {
      readonly kind: "expression";
      readonly expression: string;
      /** The file that it comes from; null where only Nix knows, by its search path. */
      readonly file: string | null;
    };

/** What of the machine has a say in it. */
export interface Surroundings {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly exists: (path: string) => boolean;
  /** A link's end. */
  readonly realPath: (path: string) => string;
  /** macOS has its flakes in a directory of their own. */
  readonly isDarwin: boolean;
}

/**
 * Finds the configuration. `--flake` wins, then `--file` and `--attr`; without any it is the flake of /etc/nixos, through
 * links, else what NIXOS_CONFIG or <nixos-config> name, else /etc/nixos/configuration.nix, all three with <nixpkgs/nixos>.
 *
 * @throws FlotillaError E_USAGE for a flake reference that cannot be one
 * @example findConfiguration({ ...nothing, flake: ".#web" }, surroundings) // { kind: "flake", reference: ".", name: "web" }
 */
export function findConfiguration(wish: ConfigurationWish, surroundings: Surroundings): FoundConfiguration {
  const { directory, exists, isDarwin, realPath } = surroundings;
  if (wish.flake !== null) return parseFlake(wish.flake);
  if (wish.file !== null || wish.attribute !== null) {
    const ownFile = join(directory, "system.nix");
    const file = wish.file ?? (exists(ownFile) ? ownFile : join(directory, "default.nix"));
    return ofFile(resolve(directory, file), wish.attribute);
  }
  const flake = isDarwin ? "/etc/nix-darwin/flake.nix" : "/etc/nixos/flake.nix";
  if (!wish.noFlake && exists(flake)) return { kind: "flake", reference: dirname(realPath(flake)), name: null };
  return ofSearchPath(surroundings);
}

/** `REF#NAME` or `REF`; an empty REF is the working directory. A name may stand in quotes, as in Nix. */
function parseFlake(text: string): FoundConfiguration {
  const hash = text.indexOf("#");
  const reference = (hash === -1 ? text : text.slice(0, hash)) || ".";
  const written = hash === -1 ? "" : text.slice(hash + 1);
  const name = /^"(.*)"$/u.exec(written)?.[1] ?? written;
  if (name.includes('"')) {
    throw new FlotillaError("E_USAGE", `--flake "${text}" names no configuration`, { hint: "write it as REF#NAME" });
  }
  return { kind: "flake", reference, name: name === "" ? null : name };
}

function ofFile(file: string, attribute: string | null): FoundConfiguration {
  const path = (attribute ?? "").split(".").filter((part) => part !== "");
  const selected = path.map((part) => `.${nixString(part)}`).join("");
  // A function is called as nix-build does it: with nothing, so that its defaults count.
  const value = `let value = import (/. + ${nixString(file)}); in if builtins.isFunction value then value { } else value`;
  return { kind: "expression", expression: `(${value})${selected}`, file };
}

function ofSearchPath({ directory, environment, exists }: Surroundings): FoundConfiguration {
  const named = environment["NIXOS_CONFIG"] ?? "";
  const usual = "/etc/nixos/configuration.nix";
  const found = named === "" ? null : resolve(directory, named);
  const fallback = exists(usual) ? `/. + ${nixString(usual)}` : "<nixos-config>";
  const configuration =
    found === null
      ? `let found = builtins.tryEval <nixos-config>; in if found.success then found.value else ${fallback}`
      : `/. + ${nixString(found)}`;
  return {
    kind: "expression",
    expression: `import <nixpkgs/nixos> { configuration = (${configuration}); }`,
    file: found ?? (exists(usual) ? usual : null),
  };
}
