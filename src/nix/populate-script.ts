// Sources of a krops user to the script that brings them to a target, with all that the script refers to built.
import { join } from "node:path";
import { z } from "zod";
import { assetPath } from "../assets.ts";
import type { Runner } from "../process/runner.ts";
import { evaluationCommand } from "./evaluation-command.ts";
import type { FleetSource } from "./fleet-source.ts";
import { deadlines, nixStoreCommand } from "./nix-command.ts";
import { nixFailure } from "./nix-failure.ts";
import { nixString } from "./nix-string.ts";
import type { NixSettings } from "./nix.ts";

export interface PopulateScriptRequest {
  /** Where the sources are written down. */
  readonly source: FleetSource;
  /** Of a flake, e.g. "source"; of a file, all of it. */
  readonly attribute: string;
  /** `[[USER]@]HOST[:PORT][/PATH]` */
  readonly target: string;
  readonly force: boolean;
  readonly backup: boolean;
  /** A directory whose links keep what was built. */
  readonly roots: string;
  readonly signal: AbortSignal;
}

const Answer = z.object({ script: z.string(), derivations: z.array(z.string()) });

/**
 * The text of a script for sh, which needs rsync, ssh, and what the sources take.
 *
 * @throws FlotillaError E_EVALUATION for sources or a target that are not right, E_BUILD
 */
export async function populateScript(
  runner: Runner,
  settings: NixSettings,
  request: PopulateScriptRequest,
): Promise<string> {
  const { attribute, signal, source } = request;
  // The user's name and this machine's are part of what a target means.
  const impure = { ...settings, impure: true };
  const result = await runner.run(evaluationCommand(impure, source, attribute, reader(request)), { signal });
  if (result.exitCode !== 0) {
    throw nixFailure(result, {
      fallback: "E_EVALUATION",
      what: "the sources do not evaluate",
      place: "here",
      showTrace: settings.showTrace,
    });
  }
  const { derivations, script } = Answer.parse(JSON.parse(result.stdout));
  if (derivations.length > 0) await realise(runner, settings, derivations, request);
  return script;
}

function reader({ backup, force, source, target }: PopulateScriptRequest): string {
  const lib =
    source.kind === "flake"
      ? `(builtins.getFlake ${nixString(source.locked)}).inputs.nixpkgs.lib or (import <nixpkgs/lib>)`
      : "import <nixpkgs/lib>";
  return `source: import (/. + ${nixString(assetPath("nix/krops/populate-command.nix"))}) {
    inherit source;
    lib = ${lib};
    target = ${nixString(target)};
    force = ${String(force)};
    backup = ${String(backup)};
  }`;
}

async function realise(
  runner: Runner,
  settings: NixSettings,
  derivations: readonly string[],
  { roots, signal }: PopulateScriptRequest,
): Promise<void> {
  const words = ["--realise", ...derivations, "--add-root", join(roots, "built"), "--indirect"];
  const result = await runner.run(nixStoreCommand(settings, words, deadlines.build), { signal });
  if (result.exitCode === 0) return;
  throw nixFailure(result, { fallback: "E_BUILD", what: "a source was not built", place: "here" });
}
