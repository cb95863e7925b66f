// Builds the systems of many hosts with one `nix build`; each host goes on as soon as its own system exists.
import pLimit from "p-limit";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Command, ProcessResult, Runner } from "../process/runner.ts";
import { BuildObserver, type FailedDerivation, nameOf } from "./build-observer.ts";
import { existsSync } from "node:fs";
import { type GcRoots, openGcRoots } from "./gc-roots.ts";
import { parseNixLogLine } from "./internal-json.ts";
import type { BuildRequest, NixSettings } from "./nix.ts";
import { deadlines, nixCommand, nixStoreCommand } from "./nix-command.ts";
import { nixFailure } from "./nix-failure.ts";
import type { NixVersion } from "./nix-version.ts";
import { storeUri } from "./store-uri.ts";

type BuildHost = BuildRequest["hosts"][number];

/** `nix-store` processes at once beside the build. */
const parallelQueries = 4;

export interface BuildTools {
  readonly runner: Runner;
  readonly settings: NixSettings;
  readonly version: NixVersion;
}

/**
 * Answers each host of the request once. A host is "built" when its system is valid in the store and, where roots were
 * asked for, kept by its root; so nothing can collect it between build and copy. A failed derivation fails the hosts that
 * need it, and no other.
 */
export async function buildSystems(tools: BuildTools, request: BuildRequest): Promise<void> {
  const roots = request.on.kind === "local" && request.roots !== null ? await openGcRoots(request.roots) : null;
  const store = systemStore(tools, request, roots);
  const open = new Map<HostName, BuildHost>(request.hosts.map((host) => [host.name, host]));
  const limit = pLimit(parallelQueries);

  const settle = (name: HostName, result: "built" | FlotillaError): void => {
    if (open.delete(name)) request.onHost(name, result);
  };
  await limit.map(request.hosts, async (host) => {
    if (await store.hasAlready(host)) settle(host.name, "built");
  });
  if (open.size === 0) return;

  const looking = new Map<HostName, Promise<void>>();
  const look = (host: BuildHost): Promise<void> => {
    const under = looking.get(host.name);
    if (under !== undefined) return under;
    const look = limit(async () => {
      if (!open.has(host.name) || !(await store.take(host))) return;
      observer.finish(host.derivation);
      settle(host.name, "built");
    }).finally(() => looking.delete(host.name));
    looking.set(host.name, look);
    return look;
  };
  const observer = new BuildObserver({
    onProgress: request.onProgress,
    onLog: request.onLog,
    onAdvance: () => {
      for (const host of open.values()) if (store.mayHave(host)) look(host).catch(ignore);
    },
  });
  const result = await tools.runner.run(buildCommand(tools, request, [...open.values()]), {
    signal: request.signal,
    onStderrLine: (line) => {
      const message = parseNixLogLine(line);
      if (message !== null) observer.take(message);
    },
  });

  await Promise.allSettled(looking.values());
  if (!result.aborted) await Promise.all([...open.values()].map(look));
  await limit.map([...open.values()], async (host) => {
    settle(host.name, await explain(tools, host, observer, result, request));
  });
}

/** One call for all. Before 2.15 a bare `.drv` means its outputs; since then the outputs are named. */
export function buildCommand(
  { settings, version }: BuildTools,
  { on, maxJobs }: BuildRequest,
  hosts: readonly BuildHost[],
): Command {
  const suffix = version.major > 2 || version.minor >= 15 ? "^out" : "";
  return nixCommand(
    settings,
    [
      "build",
      "--no-link",
      "--keep-going",
      "--log-format",
      "internal-json",
      "-v",
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

/** The store that is built in, as far as the systems themselves go. */
interface SystemStore {
  /** Known at once, without starting a program. */
  hasAlready(host: BuildHost): Promise<boolean>;
  /** Whether it is worth asking now. */
  mayHave(host: BuildHost): boolean;
  /** Makes sure of it: valid, and kept where that was asked for. */
  take(host: BuildHost): Promise<boolean>;
}

function systemStore(
  { runner, settings }: BuildTools,
  { on, signal }: BuildRequest,
  roots: GcRoots | null,
): SystemStore {
  const succeeds = async (command: Command): Promise<boolean> => (await runner.run(command, { signal })).exitCode === 0;
  if (on.kind === "remote") {
    const uri = storeUri({ authority: on.authority, elevation: [] });
    return {
      hasAlready: async () => false,
      mayHave: () => false,
      take: ({ toplevel }) =>
        succeeds(nixCommand(settings, ["path-info", "--store", uri, toplevel], deadlines.query, on.environment)),
    };
  }
  if (roots === null) {
    return {
      hasAlready: async () => false,
      mayHave: ({ toplevel }) => existsSync(toplevel),
      take: ({ toplevel }) => succeeds(nixStoreCommand(settings, ["--check-validity", toplevel], deadlines.query)),
    };
  }
  return {
    hasAlready: ({ name, toplevel }) => roots.keeps(name, toplevel),
    mayHave: ({ toplevel }) => existsSync(toplevel),
    // Realising a system that is there starts no build; it makes the link and looks that the system is there, as one step.
    take: async ({ name, derivation, toplevel }) =>
      (await succeeds(
        nixStoreCommand(
          settings,
          ["--realise", `${derivation}!out`, "--add-root", roots.linkOf(name), "--indirect"],
          deadlines.query,
        ),
      )) && (await roots.keeps(name, toplevel)),
  };
}

async function explain(
  { runner, settings }: BuildTools,
  host: BuildHost,
  observer: BuildObserver,
  result: ProcessResult,
  request: BuildRequest,
): Promise<FlotillaError> {
  const place = request.on.kind === "local" ? "here" : "there";
  const whole = nixFailure(
    { ...result, stderr: observer.errors },
    { fallback: "E_BUILD", what: `${nameOf(host.derivation)} was not built`, place },
  );
  if (whole.code === "E_INTERRUPTED" || whole.code === "E_DEADLINE" || observer.failed.size === 0) {
    return whole.at(host.name, "build");
  }
  const closure = await runner.run(
    nixStoreCommand(settings, ["--query", "--requisites", host.derivation], deadlines.query),
    { signal: request.signal },
  );
  const needed = new Set(closure.stdout.split("\n"));
  const cause = [...observer.failed.values()].find(({ derivation }) => needed.has(derivation));
  return (cause === undefined ? whole : failureOf(cause, place)).at(host.name, "build");
}

function failureOf({ derivation, message, log }: FailedDerivation, place: "here" | "there"): FlotillaError {
  const {
    code,
    message: text,
    hint,
  } = nixFailure(
    { stderr: message, aborted: false, timedOut: false },
    { fallback: "E_BUILD", what: nameOf(derivation), place },
  );
  return new FlotillaError(code, text, {
    hint: hint ?? `nix log ${derivation} shows all that it said`,
    log: log.length > 0 ? log : message.split("\n"),
  });
}

function ignore(): void {}
