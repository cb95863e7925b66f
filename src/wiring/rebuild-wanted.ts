// What `flotilla rebuild` brings to a machine: what a configuration evaluates to, a system that is built already, or the
// generation before the one that runs.
import { existsSync, realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { StorePath } from "../domain/store-path.ts";
import { didYouMean } from "../fleet/nearest-name.ts";
import type { FleetRequest } from "../fleet/read-fleet.ts";
import type { Nix } from "../nix/nix.ts";
import { type Generation, listGenerations } from "../operate/list-generations.ts";
import { chooseGeneration } from "../operate/rollback-host.ts";
import { findConfiguration } from "../rebuild/find-configuration.ts";
import { knownSystem } from "../rebuild/known-system.ts";
import { askMachine, configurationName, type Machine, machineTarget } from "../rebuild/machine.ts";
import { prepareConfiguration } from "../rebuild/prepare-configuration.ts";
import { profileLink } from "../rebuild/rebuild-host.ts";
import type { Activation, RebuildOptions } from "../rebuild/rebuild-options.ts";
import { upgradeChannels } from "../rebuild/upgrade-channels.ts";
import type { Connection } from "../ssh/connection.ts";
import { inspect } from "./inspect.ts";
import type { Tools } from "./tools.ts";

export interface ActivationOptions extends RebuildOptions {
  readonly action: Activation;
}

/** What is brought to the machine, and how it is read. */
export interface Wanted {
  readonly request: Omit<FleetRequest, "knowledge" | "overrides" | "selection" | "useCache" | "evaluationWorkers">;
  readonly evaluate: Nix["evaluate"];
  readonly generation: Generation | null;
  readonly close: () => Promise<void>;
}

export async function findWanted(
  options: ActivationOptions,
  tools: Tools,
  nix: Nix,
  directory: string,
  signal: AbortSignal,
): Promise<Wanted> {
  const { configuration, profileName, rollback, targetHost, upgrade } = options;
  const ask = async <Answer>(question: (connection: Connection) => Promise<Answer>): Promise<Answer> => {
    const connection = await tools.open([machineTarget(targetHost)], signal);
    try {
      return await question(connection);
    } finally {
      await connection.close();
    }
  };
  const known = async (
    path: StorePath,
    machine: Machine,
    generation: Generation | null,
    platform: string | null,
  ): Promise<Wanted> => {
    const { evaluate, ...request } = knownSystem(configurationName(machine.hostname), path, machine.form, platform);
    return { request, evaluate, generation, close: async () => {} };
  };
  if (rollback) {
    return ask(async (connection) => {
      const machine = await askMachine(connection, signal);
      const generation = await generationBefore(connection, profileName, signal);
      return known(generation.path, machine, generation, null);
    });
  }
  if (configuration.storePath !== null) {
    const path = builtSystem(configuration.storePath);
    // What a system was built for stands in it.
    const platform = await readFile(join(path, "system"), "utf8").catch(() => null);
    return known(path, await ask((connection) => askMachine(connection, signal)), null, platform);
  }
  if (upgrade !== "none") await upgradeThisMachine(upgrade, tools, signal);
  const isDarwin = targetHost === null && process.platform === "darwin";
  const found = findHere(configuration, directory, tools, isDarwin);
  const machine = await ask((connection) => askMachine(connection, signal));
  const given = found.kind === "flake" ? found.name : null;
  const name = configurationName(given ?? (machine.hostname || "default"));
  const prepared = await prepareConfiguration(found, machine.form, name, nix, signal);
  const { source } = prepared;
  try {
    const outline = await nix.outline({ source, form: machine.form, useCache: true, signal });
    const members = outline.members.filter((member) => member.name === name);
    if (members.length > 0) {
      const request = { source, outline: { ...outline, members, ignoredNames: [] } };
      return { request, evaluate: (wish) => nix.evaluate(wish), generation: null, close: prepared.close };
    }
    const names = outline.members.map((member) => member.name);
    throw new FlotillaError("E_SELECTION", `${source.reference} has no ${machine.form}."${name}"`, {
      hint: didYouMean(name, names) ?? `it has ${names.join(", ")}; name one: --flake REF#NAME`,
    });
  } catch (error) {
    await prepared.close();
    throw error;
  }
}

/** The configuration that is meant, looked for on this machine. */
export const findHere = (
  configuration: RebuildOptions["configuration"],
  directory: string,
  { environment }: Pick<Tools, "environment">,
  isDarwin: boolean,
): ReturnType<typeof findConfiguration> =>
  findConfiguration(configuration, { directory, environment, exists: existsSync, realPath: realpathSync, isDarwin });

function builtSystem(text: string): StorePath {
  const path = existsSync(text) ? realpathSync(text) : text;
  const parsed = StorePath.safeParse(path);
  const isSystem = ["nixos-version", "darwin-version"].some((file) => existsSync(join(path, file)));
  if (parsed.success && isSystem) return parsed.data;
  throw new FlotillaError("E_USAGE", `--store-path ${text} is no system in the store here`, {
    hint: "it is what `flotilla rebuild build` prints",
  });
}

/** The generation before the current one of a profile. @throws FlotillaError E_NO_SUCH_GENERATION */
export async function generationBefore(
  connection: Connection,
  profileName: string,
  signal: AbortSignal,
): Promise<Generation> {
  const profile = profileLink(profileName);
  const generations = await listGenerations(connection, profile, signal);
  const current = generations.find((generation) => generation.current)?.path ?? null;
  try {
    return chooseGeneration(connection.target.host, generations, current, null);
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    throw new FlotillaError("E_NO_SUCH_GENERATION", `there is no generation before the current one in ${profile}`, {
      hint: "flotilla rebuild list-generations shows what there is",
    });
  }
}

export async function upgradeThisMachine(which: "nixos" | "all", tools: Tools, signal: AbortSignal): Promise<void> {
  const opened = await tools.logIn([machineTarget(null)], signal);
  const { elevation } = await inspect(opened, signal);
  await upgradeChannels(opened.connection.withElevation(elevation), which, signal);
}
