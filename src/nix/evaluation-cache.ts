// What evaluations said, kept between runs: one JSON file an answer, under a name made of all that went into it.
import { createHash } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DerivationPath, StorePath } from "../domain/store-path.ts";
import { HostName } from "../domain/host-name.ts";
import { readJson, writeJson } from "./json-file.ts";
import type { LockedFlake } from "./locked-flake.ts";
import type { EvaluatedHost, FleetOutline, NixSettings } from "./nix.ts";

/** Goes up when an entry's meaning changes. */
const format = 1;
/** Milliseconds after which an entry is dropped, and how many are kept at most. */
const oldestEntry = 30 * 24 * 3_600_000;
const mostEntries = 5_000;

const HostEntry: z.ZodType<EvaluatedHost> = z.object({
  name: HostName,
  system: z.string(),
  derivation: DerivationPath,
  toplevel: StorePath,
  version: z.string().nullable(),
  sshPorts: z.array(z.number()).nullable(),
  deployment: z.unknown(),
});

const OutlineEntry: z.ZodType<FleetOutline> = z.object({
  names: z.array(HostName),
  ignoredNames: z.array(z.string()),
  plain: z.object({ hosts: z.record(z.string(), z.unknown()), defaults: z.unknown() }).nullable(),
});

export interface EvaluationCache {
  /** null also when the derivation has been garbage collected since. */
  host(name: HostName): Promise<EvaluatedHost | null>;
  keepHost(host: EvaluatedHost): Promise<void>;
  outline(): Promise<FleetOutline | null>;
  keepOutline(outline: FleetOutline): Promise<void>;
  /** Drops what is old or too much. */
  prune(now: Date): Promise<void>;
}

export interface EvaluationCacheKey {
  readonly flake: LockedFlake;
  readonly settings: NixSettings;
  readonly nixVersion: string;
  /** The text of the Nix expressions that read the flake. */
  readonly readers: readonly string[];
  /** Whether a path is in the store. */
  readonly exists: (path: string) => boolean;
}

/**
 * The cache of one flake as it is now. Its answers hold for the same content, Nix, options and overrides alone; an impure
 * evaluation may say something else each time and must not come here.
 */
export function evaluationCache(cacheDirectory: string, key: EvaluationCacheKey): EvaluationCache {
  const directory = join(cacheDirectory, "evaluations");
  const { flake, settings, nixVersion, readers, exists } = key;
  const common = [
    format,
    flake.fingerprint,
    flake.locked,
    nixVersion,
    settings.options,
    settings.overrideInputs,
    readers,
  ];
  const file = (kind: string, name: string): string => {
    const digest = createHash("sha256")
      .update(JSON.stringify([common, kind, name]))
      .digest("hex");
    return join(directory, `${digest}.json`);
  };
  const keep = async (path: string, value: unknown): Promise<void> => {
    await mkdir(directory, { recursive: true, mode: 0o700 }).catch(() => {});
    await writeJson(path, value);
  };
  return {
    async host(name) {
      const entry = await readJson(file("host", name), HostEntry);
      return entry !== null && exists(entry.derivation) ? entry : null;
    },
    keepHost: (host) => keep(file("host", host.name), host),
    outline: () => readJson(file("outline", ""), OutlineEntry),
    keepOutline: (outline) => keep(file("outline", ""), outline),
    prune: (now) => prune(directory, now),
  };
}

async function prune(directory: string, now: Date): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  const entries = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      return {
        path,
        written: await stat(path).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      };
    }),
  );
  entries.sort((a, b) => b.written - a.written);
  const dropped = entries.filter(({ written }, rank) => rank >= mostEntries || now.getTime() - written > oldestEntry);
  await Promise.all(dropped.map(({ path }) => rm(path, { force: true }).catch(() => {})));
}
