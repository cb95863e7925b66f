// Why a host has no system after a build: the derivation that failed on its behalf, or what stopped the build as a whole.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { ProcessResult } from "../process/runner.ts";
import { type BuildObserver, nameOf } from "./build-observer.ts";
import type { FailurePlace } from "./nix-error-row.ts";
import type { BuildItem, BuildRequest } from "./nix.ts";
import { deadlines, nixStoreCommand } from "./nix-command.ts";
import { nixFailure } from "./nix-failure.ts";
import type { BuildTools } from "./system-store.ts";

/** The failure of a derivation that the item needs, with its last log lines; null when none of its own failed. */
export async function explainFailure(
  { runner, settings }: BuildTools,
  request: BuildRequest,
  item: BuildItem,
  observer: BuildObserver,
): Promise<FlotillaError | null> {
  if (observer.failed.size === 0) return null;
  const closure = await runner.run(
    nixStoreCommand(settings, ["--query", "--requisites", item.derivation], deadlines.query),
    { signal: request.signal },
  );
  const needed = new Set(closure.stdout.split("\n"));
  const cause = [...observer.failed.values()].find(({ derivation }) => needed.has(derivation));
  if (cause === undefined) return null;
  const place = placeOf(request);
  const known = nixFailure(
    { stderr: cause.message, aborted: false, timedOut: false },
    { fallback: "E_BUILD", what: nameOf(cause.derivation), place },
  );
  return new FlotillaError(known.code, known.message, {
    // No ssh-ng store gives out its logs.
    hint: known.hint ?? (place === "here" ? `nix log ${cause.derivation} shows all that it said` : undefined),
    log: cause.log.length > 0 ? cause.log : known.log,
    host: item.host,
    step: "build",
  });
}

/** What ended the build before it came to the host. */
export function wholeFailure(
  request: BuildRequest,
  item: BuildItem,
  observer: BuildObserver,
  result: ProcessResult,
): FlotillaError {
  return nixFailure(
    { ...result, stderr: observer.errors },
    { fallback: "E_BUILD", what: `${nameOf(item.derivation)} was not built`, place: placeOf(request) },
  ).at(item.host, "build");
}

function placeOf({ on }: BuildRequest): FailurePlace {
  return on.kind === "local" ? "here" : "there";
}
