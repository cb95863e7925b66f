// Builds one attribute of a configuration, such as a virtual machine's, as `nix build` does: with a link to the result, or
// only saying what would be built.
import type { StorePath } from "../domain/store-path.ts";
import type { Command, Runner } from "../process/runner.ts";
import { builtOutput } from "./built-output.ts";
import { deadlines, evaluationFlags, nixCommand } from "./nix-command.ts";
import { nixFailure } from "./nix-failure.ts";
import { nixString } from "./nix-string.ts";
import type { NixSettings } from "./nix.ts";
import { storeUri } from "./store-uri.ts";

/** What is built, as one attribute of a flake or of an expression. */
export type Installable =
  | { readonly kind: "flake"; readonly locked: string }
  | { readonly kind: "expression"; readonly expression: string };

export interface BuildAttributeRequest {
  readonly installable: Installable;
  /** From the flake's outputs or the expression's value on. */
  readonly attribute: readonly string[];
  /** Where the link to the result is made; null: none. */
  readonly link: string | null;
  /** true: nothing is built, nix says what would be. */
  readonly dryRun: boolean;
  /** Another store to build in, from Connection.nix; null: here. */
  readonly on: { readonly authority: string; readonly environment: Readonly<Record<string, string>> } | null;
  readonly signal: AbortSignal;
  /** What nix says meanwhile. */
  readonly onLog: (line: string) => void;
}

/**
 * Resolves with the result's path; null for a dry run.
 *
 * @throws FlotillaError E_EVALUATION, E_BUILD, or what the table of Nix's errors knows
 */
export async function buildAttribute(
  runner: Runner,
  settings: NixSettings,
  request: BuildAttributeRequest,
): Promise<StorePath | null> {
  let failed = false;
  const onStderrLine = (line: string): void => {
    // What is wrong is said once, in our words.
    failed ||= line.startsWith("error:");
    if (!failed) request.onLog(line);
  };
  const result = await runner.run(buildAttributeCommand(settings, request), { signal: request.signal, onStderrLine });
  if (result.exitCode !== 0) {
    throw nixFailure(result, {
      fallback: "E_BUILD",
      what: `${request.attribute.join(".")} was not built`,
      place: "here",
      showTrace: settings.showTrace,
    });
  }
  return request.dryRun ? null : builtOutput(result.stdout);
}

/** The call itself. */
export function buildAttributeCommand(
  settings: NixSettings,
  { attribute, dryRun, installable, link, on }: BuildAttributeRequest,
): Command {
  const path = attribute.map(nixString).join(".");
  const place =
    on === null ? [] : ["--store", storeUri({ authority: on.authority, elevation: [] }), "--eval-store", "auto"];
  const flags = [
    ...place,
    ...(link === null ? ["--no-link"] : ["--out-link", link]),
    ...(dryRun ? ["--dry-run"] : ["--json", "--print-build-logs"]),
  ];
  switch (installable.kind) {
    case "flake":
      return nixCommand(
        settings,
        ["build", ...flags, ...evaluationFlags(settings), `${installable.locked}#${path}`],
        deadlines.build,
        on?.environment,
      );
    case "expression": {
      const own = evaluationFlags({ ...settings, impure: true, overrideInputs: [] });
      return nixCommand(
        settings,
        ["build", ...flags, ...own, "--expr", `(${installable.expression}).${path}`],
        deadlines.build,
        on?.environment,
      );
    }
  }
}
