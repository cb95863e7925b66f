// Brings a system that was built on another machine into the store here, and keeps it.
import type { FlotillaError } from "../domain/flotilla-error.ts";
import type { ProcessResult, Runner } from "../process/runner.ts";
import { nameOf } from "./build-observer.ts";
import { openGcRoots } from "./gc-roots.ts";
import { deadlines, nixCommand } from "./nix-command.ts";
import { nixFailure } from "./nix-failure.ts";
import type { FetchRequest, NixSettings } from "./nix.ts";
import { storeUri } from "./store-uri.ts";

/** Rejects with E_UNSIGNED_PATHS, E_LOCAL_DISK_FULL, E_CONNECTION_LOST, or E_COPY for what is none of them. */
export async function fetchClosure(runner: Runner, settings: NixSettings, request: FetchRequest): Promise<void> {
  const { authority, environment, name, path, roots, signal } = request;
  const from = storeUri({ authority, elevation: [] });
  const copied = await runner.run(
    nixCommand(settings, ["copy", "--no-check-sigs", "--from", from, path], deadlines.copy, environment),
    { signal },
  );
  if (copied.exitCode !== 0) throw failure(copied, path);
  if (roots === null) return;
  const link = (await openGcRoots(roots)).linkOf(name);
  const kept = await runner.run(nixCommand(settings, ["build", "--out-link", link, path], deadlines.query), { signal });
  if (kept.exitCode !== 0) throw failure(kept, path);
}

function failure(result: ProcessResult, path: string): FlotillaError {
  return nixFailure(result, { fallback: "E_COPY", what: `${nameOf(path)} was not fetched`, place: "here" });
}
