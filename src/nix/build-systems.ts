// Builds the systems of many hosts with one `nix build`; each host goes on as soon as its own system exists.
import pLimit from "p-limit";
import type { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Command, ProcessResult } from "../process/runner.ts";
import { BuildObserver } from "./build-observer.ts";
import { type BuildHost, type BuildTools, openSystemStore, type SystemStore } from "./system-store.ts";
import { explainFailure, wholeFailure } from "./explain-build-failure.ts";
import { parseNixLogLine } from "./internal-json.ts";
import type { BuildRequest } from "./nix.ts";
import { deadlines, nixCommand } from "./nix-command.ts";
import { nixFailure } from "./nix-failure.ts";
import { storeUri } from "./store-uri.ts";

/** `nix-store` processes at once beside the build. */
const parallelQueries = 4;

/**
 * Answers each host of the request once. A host is "built" when its system is valid in the store and, where roots were
 * asked for, kept by its root; so nothing can collect it between build and copy. A failed derivation fails the hosts that
 * need it, and no other.
 */
export async function buildSystems(tools: BuildTools, request: BuildRequest): Promise<void> {
  const store = await openSystemStore(tools, request);
  const open = new Map<HostName, BuildHost>(request.hosts.map((host) => [host.name, host]));
  const limit = pLimit(parallelQueries);
  const settle = (name: HostName, result: "built" | FlotillaError): void => {
    if (open.delete(name)) request.onHost(name, result);
  };
  await limit.map(request.hosts, async (host) => {
    if (await store.hasAlready(host)) settle(host.name, "built");
  });

  await sendDerivations(tools, request, [...open.values()]);

  // Another machine's daemon never hears of --keep-going (NixOS/nix: SSHStore sends no options): what one failure cut off is
  // asked for again. Each round settles a host, or is the last.
  while (open.size > 0) {
    const { result, observer } = await buildRound(tools, request, store, open, async (host, observer) => {
      await limit(async () => {
        if (!open.has(host.name) || !(await store.take(host))) return;
        observer.finish(host.derivation);
        settle(host.name, "built");
      });
    });
    const remaining = [...open.values()];
    await limit.map(remaining, async (host) => {
      const failure = await explainFailure(tools, request, host, observer);
      if (failure !== null) settle(host.name, failure);
    });
    if (open.size < remaining.length && !result.aborted) continue;
    for (const host of open.values()) settle(host.name, wholeFailure(request, host, observer, result));
  }
}

/** An old nix does not take derivations along to another store: `nix build` would not find them there. */
async function sendDerivations(
  { runner, settings, version }: BuildTools,
  { on, signal }: BuildRequest,
  hosts: readonly BuildHost[],
): Promise<void> {
  if (on.kind === "local" || namesOutputs(version)) return;
  const store = storeUri({ authority: on.authority, elevation: [] });
  const words = [
    "copy",
    "--no-check-sigs",
    "--derivation",
    "--to",
    store,
    ...hosts.map(({ derivation }) => derivation),
  ];
  const result = await runner.run(nixCommand(settings, words, deadlines.copy, on.environment), { signal });
  if (result.exitCode === 0) return;
  throw nixFailure(result, { fallback: "E_COPY", what: "the derivations were not copied", place: "there" });
}

/** Before Nix 2.15 a bare `.drv` means its outputs; since then the outputs are named. */
const namesOutputs = ({ major, minor }: BuildTools["version"]): boolean => major > 2 || minor >= 15;

/** One `nix build` of all that is open. Looks at a host's system as soon as it may be there, and at the end once more. */
async function buildRound(
  tools: BuildTools,
  request: BuildRequest,
  store: SystemStore,
  open: ReadonlyMap<HostName, BuildHost>,
  look: (host: BuildHost, observer: BuildObserver) => Promise<void>,
): Promise<{ readonly result: ProcessResult; readonly observer: BuildObserver }> {
  const looking = new Map<HostName, Promise<unknown>>();
  const faults: unknown[] = [];
  const lookOnce = (host: BuildHost): void => {
    if (looking.has(host.name)) return;
    const done = look(host, observer)
      .catch((error: unknown) => faults.push(error))
      .finally(() => looking.delete(host.name));
    looking.set(host.name, done);
  };
  const observer = new BuildObserver({
    onProgress: request.onProgress,
    onLog: request.onLog,
    onAdvance: () => {
      for (const host of open.values()) if (store.mayHave(host, observer.hasStarted(host.derivation))) lookOnce(host);
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
    for (const host of open.values()) lookOnce(host);
    await Promise.all(looking.values());
  }
  if (faults.length > 0) throw faults[0];
  return { result, observer };
}

function buildCommand(
  { settings, version }: BuildTools,
  { on, maxJobs }: BuildRequest,
  hosts: readonly BuildHost[],
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
      ...(on.kind === "remote"
        ? ["--store", storeUri({ authority: on.authority, elevation: [] }), "--eval-store", "auto"]
        : []),
      ...hosts.map(({ derivation }) => `${derivation}${suffix}`),
    ],
    deadlines.build,
    on.kind === "remote" ? on.environment : {},
  );
}
