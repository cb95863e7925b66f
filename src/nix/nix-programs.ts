// The real Nix: the programs on the PATH, called one way each.
import { existsSync } from "node:fs";
import { configurationFile } from "./configuration-file.ts";
import { evaluateHosts } from "./evaluate-hosts.ts";
import type { Runner } from "../process/runner.ts";
import { buildSystems } from "./build-systems.ts";
import { copyClosure } from "./copy-closure.ts";
import { type EvaluationCache, evaluationCache } from "./evaluation-cache.ts";
import { fetchClosure } from "./fetch-closure.ts";
import { holdsSecrets } from "./holds-secrets.ts";
import { lockFlake } from "./lock-flake.ts";
import type { FleetSource } from "./fleet-source.ts";
import { fleetForms } from "./forms/fleet-forms.ts";
import type { Nix, NixSettings } from "./nix.ts";
import { listClosure } from "./list-closure.ts";
import { findNixVersion, type NixVersion } from "./nix-version.ts";
import { outlineFleet } from "./outline-fleet.ts";
import { readTags } from "./read-tags.ts";

export interface NixProgramsOptions {
  /** Where answers are kept between runs, e.g. ~/.cache/flotilla. Made when needed. */
  readonly cacheDirectory: string;
  /** For the PATH that `nix` is found on. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** Whether a path is in the store; the file system's own answer unless a test has no store. */
  readonly exists?: (path: string) => boolean;
}

/**
 * The nix programs with the settings of one run.
 *
 * @example nixPrograms(spawnRunner(), settings, { cacheDirectory, environment: process.env, now: () => new Date() })
 */
export function nixPrograms(runner: Runner, settings: NixSettings, options: NixProgramsOptions): Nix {
  let known: Promise<NixVersion> | null = null;
  const version = (): Promise<NixVersion> => (known ??= findNixVersion({ runner, ...options }));

  const forms = fleetForms();

  const cacheOf = async (source: FleetSource, useCache: boolean): Promise<EvaluationCache | null> =>
    useCache && !settings.impure && source.kind === "flake"
      ? evaluationCache(options.cacheDirectory, {
          flake: source,
          settings,
          nixVersion: (await version()).text,
          readers: Object.values(forms).flatMap(({ host, outline }) => [host, outline]),
          exists: options.exists ?? existsSync,
        })
      : null;

  return {
    version,
    lockFlake: (reference, signal) => lockFlake(runner, settings, reference, signal),
    configurationFile: (reference, signal) => configurationFile(runner, reference, signal),
    async outline(request) {
      const { form, source, useCache } = request;
      const cache = await cacheOf(source, useCache);
      const cached = await cache?.outline(form);
      if (cached) return cached;
      const outline = await outlineFleet({ runner, settings, forms, version: await version() }, request);
      if (!source.dirty && !holdsSecrets(outline)) await cache?.keepOutline(form, outline);
      return outline;
    },
    async evaluate(request) {
      const { source, signal } = request;
      const stillTheSame = async (): Promise<boolean> => {
        if (source.kind === "file") return false;
        if (!source.dirty && settings.overrideInputs.length === 0) return true;
        const now = await lockFlake(runner, settings, source.reference, signal).catch(() => null);
        return now?.fingerprint === source.fingerprint;
      };
      const cache = await cacheOf(source, request.useCache);
      await evaluateHosts({ runner, settings, forms, cache, stillTheSame, now: options.now }, request);
    },
    tags: (request) => readTags({ runner, settings, forms }, request),
    build: async (request) => buildSystems({ runner, settings, version: await version() }, request),
    copy: (request) => copyClosure(runner, settings, request),
    fetch: (request) => fetchClosure(runner, settings, request),
    closure: (request) => listClosure(runner, settings, request),
  };
}
