// Builds what many hosts need with one `nix build`; each goes on as soon as its own exists.
import pLimit from "p-limit";
import type { FlotillaError } from "../domain/flotilla-error.ts";
import type { Command, ProcessResult } from "../process/runner.ts";
import { BuildObserver } from "./build-observer.ts";
import { type BuildTools, openSystemStore, type SystemStore } from "./system-store.ts";
import { explainFailure, wholeFailure } from "./explain-build-failure.ts";
import { parseNixLogLine } from "./internal-json.ts";
import type { BuildItem, BuildRequest } from "./nix.ts";
import { deadlines, nixCommand } from "./nix-command.ts";
import { nixFailure } from "./nix-failure.ts";
import { storeUri } from "./store-uri.ts";

/** `nix-store` processes at once beside the build. */
const parallelQueries = 4;

/**
 * Answers each item of the request once. One is "built" when it is valid in the store and, where roots were
 * asked for, kept by its root; so nothing can collect it between build and copy. A failed derivation fails the hosts that
 * need it, and no other.
 */
export async function buildSystems(tools: BuildTools, request: BuildRequest): Promise<void> {
  const store = await openSystemStore(tools, request);
  const open = new Map<string, BuildItem>(request.items.map((item) => [item.name, item]));
  const limit = pLimit(parallelQueries);
  const settle = (item: BuildItem, result: "built" | FlotillaError): void => {
    if (open.delete(item.name)) request.onItem(item, result);
  };
  await limit.map(request.items, async (item) => {
    if (await store.hasAlready(item)) settle(item, "built");
  });

  await sendDerivations(tools, request, [...open.values()]);

  // Another machine's daemon never hears of --keep-going (NixOS/nix: SSHStore sends no options): what one failure cut off is
  // asked for again. Each round settles a item, or is the last.
  while (open.size > 0) {
    const { result, observer } = await buildRound(tools, request, store, open, async (item, observer) => {
      await limit(async () => {
        if (!open.has(item.name) || !(await store.take(item))) return;
        observer.finish(item.derivation);
        settle(item, "built");
      });
    });
    const remaining = [...open.values()];
    await limit.map(remaining, async (item) => {
      const failure = await explainFailure(tools, request, item, observer);
      if (failure !== null) settle(item, failure);
    });
    if (open.size < remaining.length && !result.aborted) continue;
    for (const item of open.values()) settle(item, wholeFailure(request, item, observer, result));
  }
}

/** An old nix does not take derivations along to another store: `nix build` would not find them there. */
async function sendDerivations(
  { runner, settings, version }: BuildTools,
  { on, signal }: BuildRequest,
  items: readonly BuildItem[],
): Promise<void> {
  if (on.kind === "local" || namesOutputs(version)) return;
  const store = storeUri({ ...on, elevation: [] });
  const words = [
    "copy",
    "--no-check-sigs",
    "--derivation",
    "--to",
    store,
    ...items.map(({ derivation }) => derivation),
  ];
  const result = await runner.run(nixCommand(settings, words, deadlines.copy, on.environment), { signal });
  if (result.exitCode === 0) return;
  throw nixFailure(result, { fallback: "E_COPY", what: "the derivations were not copied", place: "there" });
}

/** Before Nix 2.15 a bare `.drv` means its outputs; since then the outputs are named. */
const namesOutputs = ({ major, minor }: BuildTools["version"]): boolean => major > 2 || minor >= 15;

/** One `nix build` of all that is open. Looks at a item's system as soon as it may be there, and at the end once more. */
async function buildRound(
  tools: BuildTools,
  request: BuildRequest,
  store: SystemStore,
  open: ReadonlyMap<string, BuildItem>,
  look: (item: BuildItem, observer: BuildObserver) => Promise<void>,
): Promise<{ readonly result: ProcessResult; readonly observer: BuildObserver }> {
  const looking = new Map<string, Promise<unknown>>();
  const faults: unknown[] = [];
  const lookOnce = (item: BuildItem): void => {
    if (looking.has(item.name)) return;
    const done = look(item, observer)
      .catch((error: unknown) => faults.push(error))
      .finally(() => looking.delete(item.name));
    looking.set(item.name, done);
  };
  const observer = new BuildObserver({
    onProgress: request.onProgress,
    onLog: request.onLog,
    onAdvance: () => {
      for (const item of open.values()) if (store.mayHave(item, observer.hasStarted(item.derivation))) lookOnce(item);
    },
  });
  const result = await tools.runner.run(buildCommand(tools, request, [...open.values()]), {
    signal: request.signal,
    onStderrLine: (line) => {
      const message = parseNixLogLine(line);
      if (message !== null) observer.take(message);
    },
  });
  await Promise.all(looking.values());
  if (!result.aborted) {
    for (const item of open.values()) lookOnce(item);
    await Promise.all(looking.values());
  }
  if (faults.length > 0) throw faults[0];
  return { result, observer };
}

function buildCommand(
  { settings, version }: BuildTools,
  { on, maxJobs }: BuildRequest,
  items: readonly BuildItem[],
): Command {
  const suffix = namesOutputs(version) ? "^out" : "";
  return nixCommand(
    settings,
    [
      "build",
      "--no-link",
      "--keep-going",
      "--log-format",
      "internal-json",
      "-v",
      // Seconds between two looks at what another nix holds, as when two builds need the same; its own default is 5.
      "--option",
      "build-poll-interval",
      "1",
      ...(maxJobs === null ? [] : ["--max-jobs", String(maxJobs)]),
      ...(on.kind === "remote" ? ["--store", storeUri({ ...on, elevation: [] }), "--eval-store", "auto"] : []),
      ...(settings.arguments ?? []),
      ...items.map(({ derivation }) => `${derivation}${suffix}`),
    ],
    deadlines.build,
    on.kind === "remote" ? on.environment : {},
  );
}
