// What evaluations said, kept between runs: one JSON file an answer, under a name made of all that went into it.
import { createHash } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { HostName } from "../domain/host-name.ts";
import { readJson, writeJson } from "./json-file.ts";
import { HostAnswer } from "./evaluation-process.ts";
import type { LockedFlake } from "./fleet-source.ts";
import { FleetFormName } from "./forms/fleet-form.ts";
import type { EvaluatedHost, FleetMember, FleetOutline, NixSettings } from "./nix.ts";

/** Goes up when an entry's meaning changes. */
const format = 2;
/** Milliseconds after which an entry is dropped, and how many are kept at most. */
const oldestEntry = 30 * 24 * 3_600_000;
const mostEntries = 5_000;

const HostEntry: z.ZodType<EvaluatedHost> = HostAnswer.extend({ name: HostName, form: FleetFormName });

const OutlineEntry: z.ZodType<FleetOutline> = z.object({
  members: z.array(z.object({ name: HostName, form: FleetFormName })),
  ignoredNames: z.array(z.string()),
  otherForms: z.array(FleetFormName),
  settings: z.partialRecord(FleetFormName, z.unknown()),
  plain: z.object({ hosts: z.record(z.string(), z.unknown()), defaults: z.unknown() }).nullable(),
});

export interface EvaluationCache {
  /** null also when the derivation has been garbage collected since. */
  host(member: FleetMember): Promise<EvaluatedHost | null>;
  keepHost(host: EvaluatedHost): Promise<void>;
  outline(form: FleetFormName | null): Promise<FleetOutline | null>;
  keepOutline(form: FleetFormName | null, outline: FleetOutline): Promise<void>;
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
  // Once: the readers are long texts, and the hosts are many.
  const common = digestOf([
    format,
    flake.fingerprint,
    flake.locked,
    nixVersion,
    settings.options,
    settings.overrideInputs,
    settings.arguments ?? [],
    readers,
  ]);
  const file = (kind: string, name: string): string => join(directory, `${digestOf([common, kind, name])}.json`);
  const keep = async (path: string, value: unknown): Promise<void> => {
    await mkdir(directory, { recursive: true, mode: 0o700 }).catch(() => {});
    await writeJson(path, value);
  };
  return {
    async host({ form, name }) {
      const entry = await readJson(file(form, name), HostEntry);
      return entry !== null && entry.profiles.every(({ derivation }) => exists(derivation)) ? entry : null;
    },
    keepHost: (host) => keep(file(host.form, host.name), host),
    outline: (form) => readJson(file("outline", form ?? ""), OutlineEntry),
    keepOutline: (form, outline) => keep(file("outline", form ?? ""), outline),
    prune: (now) => prune(directory, now),
  };
}

const digestOf = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");

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
