// Asks Nix what a flake reference is right now: what to evaluate, and a fingerprint of everything that goes into it.
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Runner } from "../process/runner.ts";
import type { LockedFlake } from "./fleet-source.ts";
import type { NixSettings } from "./nix.ts";
import { deadlines, nixCommand, overrideFlags } from "./nix-command.ts";
import { nixFailure } from "./nix-failure.ts";

const Attributes = z.record(z.string(), z.unknown());

/** Of `nix flake metadata --json`, what all versions since 2.8 have. */
const Metadata = z.object({
  originalUrl: z.string(),
  url: z.string(),
  resolved: Attributes,
  locked: Attributes,
  path: z.string(),
  revision: z.string().optional(),
  dirtyRevision: z.string().optional(),
  locks: z.object({ nodes: z.record(z.string(), z.object({ locked: Attributes.optional() })) }),
});
type Metadata = z.infer<typeof Metadata>;

/**
 * Locks a flake with the operator's overrides, and writes no lock file.
 *
 * @throws FlotillaError E_NO_FLEET when there is no flake, E_FLAKE_LOCK when it or its lock file cannot be used as it is
 */
export async function lockFlake(
  runner: Runner,
  settings: NixSettings,
  reference: string,
  signal: AbortSignal,
): Promise<LockedFlake> {
  if (reference.startsWith("-")) {
    // Nix would read it as an option.
    throw new FlotillaError("E_NO_FLEET", `"${reference}" is no reference of a flake`, {
      hint: `a directory of that name is ./${reference}`,
    });
  }
  const result = await runner.run(
    nixCommand(
      settings,
      ["flake", "metadata", "--json", "--no-write-lock-file", ...overrideFlags(settings), reference],
      deadlines.lock,
    ),
    { signal },
  );
  if (result.exitCode !== 0) {
    throw nixFailure(result, {
      fallback: "E_FLAKE_LOCK",
      what: `the flake ${reference} cannot be read`,
      place: "here",
    });
  }
  // Each evaluation would look up the missing inputs for itself, and might find other revisions than its neighbour.
  if (settings.overrideInputs.length === 0 && result.stderr.includes("not writing modified lock file")) {
    throw new FlotillaError("E_FLAKE_LOCK", "flake.lock does not lock all inputs of the flake", {
      hint: `nix flake lock ${reference}`,
    });
  }
  const metadata = Metadata.safeParse(JSON.parse(result.stdout));
  if (metadata.success) return describe(metadata.data);
  throw new FlotillaError("E_FLAKE_LOCK", "nix flake metadata answers in a form that is not known", {
    cause: metadata.error,
    log: z.prettifyError(metadata.error).split("\n"),
  });
}

function describe(metadata: Metadata): LockedFlake {
  const { originalUrl, revision, dirtyRevision, resolved } = metadata;
  const dirty = resolved["type"] === "git" && revision === undefined;
  return {
    kind: "flake",
    reference: originalUrl,
    locked: withShallow(metadata),
    fingerprint: isContentKnown(metadata)
      ? createHash("sha256")
          .update(JSON.stringify([metadata.locked, metadata.path, metadata.locks, dirtyRevision ?? null]))
          .digest("hex")
      : randomUUID(),
    revision: revision ?? dirtyRevision ?? null,
    dirty,
    directory: directoryOf(resolved),
  };
}

/** A revision of a shallow clone, as CI makes them, is only read when the reference says that it is one. */
function withShallow({ url, resolved, revision }: Metadata): string {
  const root = rootOf(resolved);
  const shallow = revision !== undefined && root !== null && existsSync(join(root, ".git", "shallow"));
  return shallow && !url.includes("shallow=1") ? `${url}&shallow=1` : url;
}

/** Whether the flake and each of its inputs are named by their content: a revision of git, or a hash. */
function isContentKnown(metadata: Metadata): boolean {
  const inputs = Object.values(metadata.locks.nodes).flatMap(({ locked }) => (locked === undefined ? [] : [locked]));
  return [metadata.locked, ...inputs].every(
    (attributes) => attributes["rev"] !== undefined || attributes["narHash"] !== undefined,
  );
}

function directoryOf(resolved: z.infer<typeof Attributes>): string | null {
  const root = rootOf(resolved);
  const subdirectory = resolved["dir"];
  return root !== null && typeof subdirectory === "string" ? join(root, subdirectory) : root;
}

function rootOf({ type, url, path }: z.infer<typeof Attributes>): string | null {
  if (type === "path" && typeof path === "string") return path;
  if (type !== "git" || typeof url !== "string" || !url.startsWith("file:")) return null;
  return fileURLToPath(url);
}
