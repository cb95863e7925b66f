// Evaluates what an operator writes over their whole fleet: a function of `{ nodes, pkgs, lib, ... }`, as colmena's `eval` takes it.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readAsset } from "../assets.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Runner } from "../process/runner.ts";
import { evaluationCommand } from "./evaluation-command.ts";
import type { FleetSource } from "./fleet-source.ts";
import { evaluator } from "./forms/colmena.ts";
import type { FleetFormName } from "./forms/fleet-form.ts";
import { nixFailure } from "./nix-failure.ts";
import { nixString } from "./nix-string.ts";
import type { NixSettings } from "./nix.ts";

export type NixExpression =
  | { readonly kind: "text"; readonly text: string }
  /** Absolute or from the working directory. */
  | { readonly kind: "file"; readonly path: string };

export interface ExpressionRequest {
  readonly source: FleetSource;
  readonly form: FleetFormName;
  readonly expression: NixExpression;
  /** "json": the value. "derivations": the paths of the derivations that it is, or holds; they are made. */
  readonly as: "json" | "derivations";
  readonly signal: AbortSignal;
  /** What the expression says of itself by builtins.trace and the like. */
  readonly onLog: (line: string) => void;
}

/**
 * The value as JSON, or the paths of derivations, one a line.
 *
 * @throws FlotillaError E_EVALUATION with what Nix says; E_USAGE for a file that cannot be read
 */
export async function evaluateExpression(
  { runner, settings }: { readonly runner: Runner; readonly settings: NixSettings },
  { as, expression, form, onLog, signal, source }: ExpressionRequest,
): Promise<string> {
  const wanted = await textOf(expression, source);
  const reader = `value: ${as === "json" ? "(result: result)" : derivations} (${scoped(wanted, form)} value)`;
  // What else is said is the error, which has its own place.
  const onStderrLine = (line: string): void =>
    /^(?:trace|evaluation warning): /u.test(line) ? onLog(line) : undefined;
  const result = await runner.run(evaluationCommand(settings, source, form, reader), { signal, onStderrLine });
  if (result.exitCode !== 0) {
    const what = "the expression does not evaluate";
    throw nixFailure(result, { fallback: "E_EVALUATION", what, place: "here", showTrace: settings.showTrace });
  }
  if (as === "json") return result.stdout.trimEnd();
  const paths: unknown = JSON.parse(result.stdout);
  return Array.isArray(paths) ? paths.join("\n") : "";
}

/** `value: { nodes, pkgs, lib }`, by what the form has: a hive says it itself. */
export function scopeOf(form: FleetFormName): string {
  const ofConfigurations = `(${readAsset("nix/eval/scope.nix")})`;
  // One that was made by hand has nodes and no more.
  const ofHive = `(hive: if hive ? introspect then hive.introspect (scope: scope) else ${ofConfigurations} hive.nodes)`;
  switch (form) {
    case "colmenaHive":
      return ofHive;
    case "colmena":
      return `(hive: ${ofHive} (${evaluator()} hive))`;
    case "deploy":
      return `(deploy: ${ofConfigurations} deploy.nodes)`;
    case "nixosConfigurations":
    case "darwinConfigurations":
    case "homeConfigurations":
      return ofConfigurations;
  }
}

/** The line break ends a comment that the operator's text may end with. */
const scoped = (expression: string, form: FleetFormName): string =>
  `(value: (${expression}\n) (${scopeOf(form)} value))`;

const derivations = `(
  let
    isDerivation = value: builtins.isAttrs value && value ? drvPath;
    found =
      value:
      if isDerivation value then
        [ value.drvPath ]
      else if builtins.isAttrs value then
        builtins.concatMap found (builtins.attrValues value)
      else if builtins.isList value then
        builtins.concatMap found value
      else
        throw "--instantiate is for derivations, and this is of type \${builtins.typeOf value}.";
  in
  found
)`;

/** A flake is evaluated purely, where no path outside of the store can be imported: a file's text takes its place. */
async function textOf(expression: NixExpression, source: FleetSource): Promise<string> {
  if (expression.kind === "text") return expression.text;
  const path = resolve(expression.path);
  if (source.kind === "file") return `import (/. + ${nixString(path)})`;
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FlotillaError("E_USAGE", `${expression.path} cannot be read: ${reason}`, { cause: error });
  }
}
