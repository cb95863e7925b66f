// The store that systems are built in, as far as the systems themselves go: is one there, and is it kept.
import { existsSync } from "node:fs";
import type { Command, Runner } from "../process/runner.ts";
import { openGcRoots } from "./gc-roots.ts";
import type { BuildItem, BuildRequest, NixSettings } from "./nix.ts";
import { deadlines, nixCommand, nixStoreCommand } from "./nix-command.ts";
import type { NixVersion } from "./nix-version.ts";
import { storeUri } from "./store-uri.ts";

export interface BuildTools {
  readonly runner: Runner;
  readonly settings: NixSettings;
  readonly version: NixVersion;
}

export interface SystemStore {
  /** Known without starting a program. */
  hasAlready(item: BuildItem): Promise<boolean>;
  /** Whether it is worth asking, now that something was built; `started`: its own derivation has come to its turn. */
  mayHave(item: BuildItem, started: boolean): boolean;
  /** Makes sure of it: valid, and kept where that was asked for. */
  take(item: BuildItem): Promise<boolean>;
}

export async function openSystemStore(
  { runner, settings }: BuildTools,
  { on, roots: rootsDirectory, signal }: BuildRequest,
): Promise<SystemStore> {
  const succeeds = async (command: Command): Promise<boolean> => (await runner.run(command, { signal })).exitCode === 0;
  const unknown = async (): Promise<boolean> => false;
  if (on.kind === "remote") {
    const uri = storeUri({ ...on, elevation: [] });
    return {
      hasAlready: unknown,
      mayHave: (_, started) => started,
      take: ({ path }) =>
        succeeds(nixCommand(settings, ["path-info", "--store", uri, path], deadlines.query, on.environment)),
    };
  }
  // Also what was substituted, of which Nix names no derivation.
  const mayHave = ({ path }: BuildItem): boolean => existsSync(path);
  if (rootsDirectory === null) {
    return {
      hasAlready: unknown,
      mayHave,
      take: ({ path }) => succeeds(nixStoreCommand(settings, ["--check-validity", path], deadlines.query)),
    };
  }
  const roots = await openGcRoots(rootsDirectory);
  return {
    hasAlready: ({ name, path }) => roots.keeps(name, path),
    mayHave,
    // The system and not its derivation, and nothing from elsewhere: it is valid or it is not. To ask for what is just
    // being written would be to wait for its lock, which nix looks at every five seconds.
    take: async ({ name, path }) =>
      (await succeeds(
        nixStoreCommand(
          settings,
          ["--realise", path, "--add-root", roots.linkOf(name), "--indirect", "--option", "substitute", "false"],
          deadlines.query,
        ),
      )) && (await roots.pointsTo(name, path)),
  };
}
