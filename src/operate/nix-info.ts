// What Nix is installed here, and what it is set to, as far as it matters to flotilla.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Nix } from "../nix/nix.ts";
import type { Runner } from "../process/runner.ts";
import type { DoctorRow } from "./doctor.ts";

export interface NixInfoServices {
  readonly nix: Pick<Nix, "version">;
  readonly runner: Runner;
  readonly signal: AbortSignal;
}

/** Milliseconds for a program to say what it is. */
const deadline = 30_000;

type Row = Omit<DoctorRow, "subject" | "hint">;

/** @example (await nixInfo(services)).map(({ check, detail }) => `${check}: ${detail}`) // ["nix: 2.26.3", "flakes: on", …] */
export async function nixInfo(services: NixInfoServices): Promise<readonly DoctorRow[]> {
  const rows = await Promise.all([version(services), flakes(services), system(services), parallelEvaluator(services)]);
  return rows.map((row) => ({ subject: "here", hint: null, ...row }));
}

async function version({ nix }: NixInfoServices): Promise<Row & Pick<DoctorRow, "hint">> {
  try {
    return { check: "nix", state: "ok", detail: (await nix.version()).text, hint: null };
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    return { check: "nix", state: "missing", detail: error.message, hint: error.hint ?? null };
  }
}

async function flakes(services: NixInfoServices): Promise<Row> {
  const said = await output(services, "nix-instantiate", ["--eval", "--expr", "builtins ? getFlake"]);
  if (said === "true") return { check: "flakes", state: "ok", detail: "on" };
  return { check: "flakes", state: "ok", detail: "off in nix.conf; flotilla turns them on for itself" };
}

async function system(services: NixInfoServices): Promise<Row> {
  const said = await output(services, "nix-instantiate", ["--eval", "--expr", "builtins.currentSystem"]);
  return said === null
    ? { check: "system", state: "warning", detail: "nix-instantiate does not say" }
    : { check: "system", state: "ok", detail: said.replaceAll('"', "") };
}

async function parallelEvaluator(services: NixInfoServices): Promise<Row> {
  const said = await output(services, "nix-eval-jobs", ["--version"]);
  return { check: "nix-eval-jobs", state: "ok", detail: said ?? "not installed; flotilla needs none" };
}

/** null where the program is not there, or fails. */
async function output(
  { runner, signal }: NixInfoServices,
  file: string,
  args: readonly string[],
): Promise<string | null> {
  try {
    const { exitCode, stdout } = await runner.run({ file, args, deadline }, { signal });
    return exitCode === 0 ? stdout.trim() : null;
  } catch (error) {
    if (error instanceof FlotillaError) return null;
    throw error;
  }
}
