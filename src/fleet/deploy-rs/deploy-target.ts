// What deploy-rs's operators write for what to deploy: FLAKE[#NODE[.PROFILE]], or NODE[.PROFILE] of a file.
import { FlotillaError } from "../../domain/flotilla-error.ts";

/** null: all of them. */
export interface DeployPath {
  readonly node: string | null;
  readonly profile: string | null;
}

export interface DeployTarget extends DeployPath {
  /** "." where none was written. */
  readonly flake: string;
}

/**
 * Takes a target apart at its first `#`.
 *
 * @throws FlotillaError E_USAGE
 * @example parseDeployTarget('.#"web.example".system') // { flake: ".", node: "web.example", profile: "system" }
 */
export function parseDeployTarget(text: string): DeployTarget {
  const fragment = text.indexOf("#");
  if (fragment === -1) return { flake: text === "" ? "." : text, node: null, profile: null };
  return { flake: text.slice(0, fragment) || ".", ...parseDeployPath(text.slice(fragment + 1)) };
}

/** A name as Nix takes it, also with a digit first; or anything in quotes that needs no escape. */
const part = String.raw`(?:[A-Za-z0-9_][A-Za-z0-9_'-]*|"[^"\\$]*")`;
const pathSyntax = new RegExp(String.raw`^\s*(?:(?<node>${part})(?:\.(?<profile>${part}))?)?\s*$`, "u");

/**
 * Takes `NODE[.PROFILE]` apart; a name with a dot stands in quotes.
 *
 * @throws FlotillaError E_USAGE
 * @example parseDeployPath("web-01") // { node: "web-01", profile: null }
 */
export function parseDeployPath(text: string): DeployPath {
  const groups = pathSyntax.exec(text)?.groups;
  const node = unquoted(groups?.["node"]);
  const profile = unquoted(groups?.["profile"]);
  if (groups !== undefined && node !== "" && profile !== "") return { node, profile };
  throw new FlotillaError("E_USAGE", `"${text}" names no node or profile`, {
    hint: `write NODE or NODE.PROFILE, and a name with a dot in quotes: '"web.example".system'`,
  });
}

const unquoted = (text: string | undefined): string | null => text?.replaceAll('"', "") ?? null;
