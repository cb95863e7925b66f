// The real Nix: the programs on the PATH, called one way each.
import { existsSync } from "node:fs";
import { evaluateHosts, hostReader } from "./evaluate-hosts.ts";
import { readAsset } from "../assets.ts";
import type { Runner } from "../process/runner.ts";
import { buildSystems } from "./build-systems.ts";
import { copyClosure } from "./copy-closure.ts";
import { type EvaluationCache, evaluationCache } from "./evaluation-cache.ts";
import { fetchClosure } from "./fetch-closure.ts";
import { lockFlake } from "./lock-flake.ts";
import type { LockedFlake } from "./locked-flake.ts";
import type { Nix, NixSettings } from "./nix.ts";
import { listClosure } from "./list-closure.ts";
import { findNixVersion, type NixVersion } from "./nix-version.ts";
import { outlineFlake, outlineReader } from "./outline-flake.ts";

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

  const cacheOf = async (flake: LockedFlake, useCache: boolean): Promise<EvaluationCache | null> =>
    useCache && !settings.impure
      ? evaluationCache(options.cacheDirectory, {
          flake,
          settings,
          nixVersion: (await version()).text,
          readers: [hostReader, outlineReader].map(readAsset),
          exists: options.exists ?? existsSync,
        })
      : null;

  return {
    version,
    lockFlake: (reference, signal) => lockFlake(runner, settings, reference, signal),
    async outline(flake, useCache, signal) {
      const cache = await cacheOf(flake, useCache);
      const cached = await cache?.outline();
      if (cached) return cached;
      const outline = await outlineFlake(runner, settings, flake, await version(), signal);
      if (!flake.dirty) await cache?.keepOutline(outline);
      return outline;
    },
    async evaluate(request) {
      const { flake, signal } = request;
      const stillTheSame = async (): Promise<boolean> => {
        if (!flake.dirty && settings.overrideInputs.length === 0) return true;
        const now = await lockFlake(runner, settings, flake.reference, signal).catch(() => null);
        return now?.fingerprint === flake.fingerprint;
      };
      const cache = await cacheOf(flake, request.useCache);
      await evaluateHosts({ runner, settings, cache, stillTheSame, now: options.now }, request);
    },
    build: async (request) => buildSystems({ runner, settings, version: await version() }, request),
    copy: (request) => copyClosure(runner, settings, request),
    fetch: (request) => fetchClosure(runner, settings, request),
    closure: (request) => listClosure(runner, settings, request),
  };
}
