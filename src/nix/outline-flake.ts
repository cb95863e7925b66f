// The names of a flake's hosts and its plain settings, without evaluating any host.
import { z } from "zod";
import { readAsset } from "../assets.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import type { Runner } from "../process/runner.ts";
import type { LockedFlake } from "./locked-flake.ts";
import type { FleetOutline, NixSettings } from "./nix.ts";
import { deadlines, evaluationFlags, nixCommand } from "./nix-command.ts";
import { nixFailure } from "./nix-failure.ts";
import type { NixVersion } from "./nix-version.ts";

export const outlineReader = "nix/eval/outline.nix";

const Outline = z.object({
  outputs: z.array(z.string()),
  names: z.array(z.string()).nullable(),
  flotilla: z.unknown(),
});

const Plain = z.strictObject({
  hosts: z.record(z.string(), z.unknown()).default({}),
  defaults: z.unknown().default({}),
});

/**
 * Reads the outline in one evaluation; before Nix 2.19, which cannot name all outputs at once, in two beside each other.
 *
 * @throws FlotillaError E_NO_FLEET when the flake has no nixosConfigurations, E_CONFIGURATION when its `flotilla` is misshapen
 */
export async function outlineFlake(
  runner: Runner,
  settings: NixSettings,
  flake: LockedFlake,
  version: NixVersion,
  signal: AbortSignal,
): Promise<FleetOutline> {
  const evaluate = async (attribute: string, reader: string): Promise<unknown> => {
    const result = await runner.run(
      nixCommand(
        settings,
        ["eval", "--json", ...evaluationFlags(settings), "--apply", reader, `${flake.locked}#${attribute}`],
        deadlines.evaluate,
      ),
      { signal },
    );
    if (result.exitCode === 0) return JSON.parse(result.stdout) as unknown;
    throw nixFailure(result, {
      fallback: "E_EVALUATION",
      what: `${flake.reference} does not evaluate`,
      place: "here",
      showTrace: settings.showTrace,
    });
  };
  const { outputs, names, flotilla } = Outline.parse(
    namesAllOutputs(version) ? await evaluate(".", readAsset(outlineReader)) : await readApart(evaluate),
  );
  if (names === null) {
    throw new FlotillaError("E_NO_FLEET", `${flake.reference} has no nixosConfigurations`, {
      hint: outputs.length > 0 ? `it has ${outputs.join(", ")}` : "nix flake show lists what it has",
    });
  }
  return {
    names: names.flatMap((name) => HostName.safeParse(name).data ?? []),
    ignoredNames: names.filter((name) => !HostName.safeParse(name).success),
    plain: flotilla === null || flotilla === undefined ? null : parsePlain(flotilla),
  };
}

/** `FLAKE#.` is all of its outputs since Nix 2.19; Lix counts on from 2.90 and came from 2.18, without it. */
function namesAllOutputs({ text, major, minor }: NixVersion): boolean {
  return !text.includes("Lix") && (major > 2 || minor >= 19);
}

async function readApart(evaluate: (attribute: string, reader: string) => Promise<unknown>): Promise<unknown> {
  const [names, flotilla] = await Promise.all([
    unlessMissing(evaluate("nixosConfigurations", "builtins.attrNames")),
    unlessMissing(evaluate("flotilla", "settings: settings")),
  ]);
  return { outputs: [], names, flotilla };
}

async function unlessMissing(value: Promise<unknown>): Promise<unknown> {
  try {
    return await value;
  } catch (error) {
    if (error instanceof FlotillaError && error.log.some((line) => line.includes("does not provide attribute")))
      return null;
    throw error;
  }
}

function parsePlain(flotilla: unknown): FleetOutline["plain"] {
  const parsed = Plain.safeParse(flotilla);
  if (parsed.success) return parsed.data;
  throw new FlotillaError(
    "E_CONFIGURATION",
    `the flake output flotilla must be { hosts = { NAME = {…}; }; defaults = {…}; }: ${z.prettifyError(parsed.error)}`,
  );
}
