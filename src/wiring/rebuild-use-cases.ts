// `flotilla rebuild` with the real rooms behind it: one machine, this one or another, by nixos-rebuild's words.
import { existsSync, realpathSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { GenerationRow, Listing, ViewOptions } from "../cli/use-cases.ts";
import { StorePath } from "../domain/store-path.ts";
import { buildAttribute } from "../nix/build-attribute.ts";
import { closureDifference } from "../nix/closure-difference.ts";
import { linkResult } from "../nix/link-result.ts";
import { nixString } from "../nix/nix-string.ts";
import { openReplOf } from "../nix/open-repl.ts";
import { listGenerations } from "../operate/list-generations.ts";
import { attributeOf } from "../rebuild/build-wish.ts";
import { differenceLines } from "../rebuild/difference-lines.ts";
import { configurationName, machineTarget } from "../rebuild/machine.ts";
import { prepareConfiguration, type PreparedConfiguration, replExpression } from "../rebuild/prepare-configuration.ts";
import { profileLink } from "../rebuild/rebuild-host.ts";
import { activations, type Activation, type Build, builds, checkRebuild } from "../rebuild/rebuild-options.ts";
import type { RebuildOptions } from "../rebuild/rebuild-options.ts";
import { type RebuildObserver, rebuildPassword, rebuildRun } from "./rebuild-run.ts";
import { findHere, generationBefore, upgradeThisMachine } from "./rebuild-wanted.ts";
import type { World } from "./real-use-cases.ts";
import type { RunStage } from "./run-stage.ts";
import type { TerminalStream } from "../terminal/view-ports.ts";
import type { Viewpoint } from "./visit.ts";

/** What a rebuild needs of the program around it. */
export interface RebuildWorld extends World {
  readonly look: <Result>(work: (view: Viewpoint) => Promise<Result>) => Promise<Result>;
  readonly play: (
    view: ViewOptions,
    work: (stage: RunStage) => Promise<number>,
    results: TerminalStream,
  ) => Promise<number>;
}

/** stdout carries the path of the new system alone, as scripts around nixos-rebuild read it. */
export async function rebuild(options: RebuildOptions, world: RebuildWorld): Promise<number> {
  checkRebuild(options);
  const { action } = options;
  const { look, play, stderr, stdout } = world;
  if (isActivation(action)) {
    const view = { json: false, plain: false, verbose: options.verbose };
    const systems: StorePath[] = [];
    const differences: string[] = [];
    const observer: RebuildObserver = {
      onSystem: (path) => void systems.push(path),
      onDifference: (lines) => void differences.push(...lines),
    };
    const status = await play(
      view,
      (stage) => rebuildRun({ ...options, action }, stage, world.directory, observer),
      stderr,
    );
    for (const line of differences) stderr.write(`${line}\n`);
    for (const system of systems) stdout.write(`${system}\n`);
    return status;
  }
  return look(async (view) => {
    if (isBuild(action)) return build(options, action, view, world);
    const prepared = await prepare(options, view);
    try {
      return await (action === "edit" ? edit(prepared, view, world) : repl(prepared, options, view));
    } finally {
      await prepared.close();
    }
  });
}

const isActivation = (action: string): action is Activation => activations.some((one) => one === action);
const isBuild = (action: string): action is Build => builds.some((one) => one === action);

/** Where the configuration is that is built here, for this machine unless another is named. */
async function prepare(
  options: RebuildOptions,
  { directory, signal, tools }: Viewpoint,
): Promise<PreparedConfiguration> {
  const isDarwin = process.platform === "darwin";
  const found = findHere(options.configuration, directory, tools, isDarwin);
  const name = found.kind === "flake" && found.name !== null ? found.name : hostname() || "default";
  const form = isDarwin ? "darwinConfigurations" : "nixosConfigurations";
  return prepareConfiguration(found, form, configurationName(name), tools.nix(options.nix), signal);
}

async function build(
  options: RebuildOptions,
  action: Build,
  view: Viewpoint,
  { stderr, stdout }: RebuildWorld,
): Promise<number> {
  const { directory, signal, tools } = view;
  if (options.rollback) {
    const connection = await tools.open([machineTarget(null)], signal);
    stdout.write(`${(await generationBefore(connection, options.profileName, signal)).path}\n`);
    return 0;
  }
  const nix = tools.nix(options.nix);
  const onLog = (line: string): void => void stderr.write(`${line}\n`);
  const attribute = attributeOf(action, options.imageVariant);
  if (options.upgrade !== "none") await upgradeThisMachine(options.upgrade, tools, signal);
  const prepared = await prepare(options, view);
  const builder = options.buildHost === null ? null : await tools.open([machineTarget(options.buildHost)], signal);
  try {
    const link = join(directory, "result");
    const dryRun = action === "dry-build";
    const path = await buildAttribute(tools.runner, options.nix, {
      installable: prepared.installable,
      attribute: [...prepared.attribute, ...attribute],
      link: dryRun || builder !== null ? null : link,
      dryRun,
      on: builder === null ? null : builder.nix,
      signal,
      onLog,
    });
    if (path === null) return 0;
    if (builder !== null) {
      await nix.fetch({ path, name: "result", roots: null, ...builder.nix, signal });
      await linkResult(tools.runner, options.nix, path, link, signal);
    }
    if (options.diff && action === "build") {
      const current = "/run/current-system";
      const before = existsSync(current) ? StorePath.parse(realpathSync(current)) : null;
      const closure = (path: StorePath | null) => (path === null ? [] : nix.closure({ path, on: null, signal }));
      const [old, next] = await Promise.all([closure(before), closure(path)]);
      for (const line of differenceLines(before, path, closureDifference(old, next))) onLog(line);
    }
    stdout.write(`${await runnable(path)}\n`);
    return 0;
  } finally {
    await prepared.close();
    await builder?.close();
  }
}

/** Of a virtual machine the program that starts it; of anything else the path itself. */
async function runnable(path: StorePath): Promise<string> {
  const programs = await readdir(join(path, "bin")).catch(() => []);
  const start = programs.find((name) => /^run-.+-vm$/u.test(name));
  return start === undefined ? path : join(path, "bin", start);
}

async function edit(
  { attribute, installable, source }: PreparedConfiguration,
  { tools }: Viewpoint,
  { environment }: RebuildWorld,
): Promise<number> {
  if (installable.kind === "flake") {
    const args = [
      "--extra-experimental-features",
      "nix-command flakes",
      "edit",
      "--",
      `${source.reference}#${attribute.map(nixString).join(".")}`,
    ];
    return tools.runner.interactive({ file: "nix", args });
  }
  const editor = environment["EDITOR"] ?? "nano";
  return tools.runner.interactive({ file: "sh", args: ["-c", 'exec $0 "$1"', editor, source.reference] });
}

async function repl(
  prepared: PreparedConfiguration,
  { nix: settings }: RebuildOptions,
  { tools }: Viewpoint,
): Promise<number> {
  const version = await tools.nix(settings).version();
  return openReplOf({ runner: tools.runner, settings, version }, replExpression(prepared));
}

/** Of this machine or another; no configuration is read for it. */
export async function generations(
  options: RebuildOptions,
  { signal, tools }: Viewpoint,
): Promise<Listing<GenerationRow>> {
  checkRebuild(options);
  await rebuildPassword(options, tools, signal);
  const connection = await tools.open([machineTarget(options.targetHost)], signal);
  try {
    const found = await listGenerations(connection, profileLink(options.profileName), signal);
    return { rows: found.map(({ path: _path, ...row }) => row), exitStatus: 0 };
  } finally {
    await connection.close();
  }
}
