// The commands that are about Nix itself: eval, repl, nix-info.
import type { DoctorRow, EvalOptions, FleetOptions, Listing } from "../cli/use-cases.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { exitStatus } from "../domain/outcome.ts";
import type { FleetRequest } from "../fleet/read-fleet.ts";
import { evaluateExpression } from "../nix/evaluate-expression.ts";
import type { FleetFormName } from "../nix/forms/fleet-form.ts";
import { openRepl } from "../nix/open-repl.ts";
import { nixInfo as nixRows } from "../operate/nix-info.ts";
import { openFleet } from "./open-fleet.ts";
import type { Viewpoint } from "./visit.ts";

/** Prints what it evaluates to. */
export async function evaluate(
  options: EvalOptions,
  view: Viewpoint,
  output: { readonly stdout: (text: string) => void; readonly stderr: (text: string) => void },
): Promise<number> {
  const { directory, signal, tools } = view;
  const { request } = await openFleet(options, null, tools, directory, signal);
  const { runner } = tools;
  const printed = await evaluateExpression(
    { runner, settings: options.nix },
    {
      source: request.source,
      form: formOf(request),
      expression: options.expression,
      as: options.instantiate ? "derivations" : "json",
      signal,
      onLog: (line) => output.stderr(`${line}\n`),
    },
  );
  output.stdout(`${printed}\n`);
  return exitStatus.success;
}

export async function repl(options: FleetOptions, view: Viewpoint): Promise<number> {
  const { directory, signal, tools } = view;
  const { nix, request } = await openFleet(options, null, tools, directory, signal);
  const { runner } = tools;
  return openRepl({ runner, settings: options.nix, version: await nix.version() }, request.source, formOf(request));
}

export async function nixInfo({ signal, tools }: Viewpoint): Promise<Listing<DoctorRow>> {
  const nix = tools.nix({ showTrace: false, impure: false, options: [], overrideInputs: [], verbose: false });
  const rows = await nixRows({ nix, runner: tools.runner, signal });
  return { rows, exitStatus: rows.some(({ state }) => state === "missing") ? exitStatus.failure : exitStatus.success };
}

/** Of forms that are read together the first: its nodes are those of one output. */
function formOf({ outline, source }: FleetRequest): FleetFormName {
  const [first] = outline.members;
  if (first !== undefined) return first.form;
  throw new FlotillaError("E_NO_FLEET", `${source.reference} has no hosts`);
}
