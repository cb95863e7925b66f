// Reads a flake of the corpus as the program does, by the real Nix of a controller, and tells what came of it.
import { join } from "node:path";
import { FlotillaError } from "../../../src/domain/flotilla-error.ts";
import { Deployment } from "../../../src/fleet/deployment.ts";
import type { Host, Profile } from "../../../src/fleet/fleet.ts";
import { checkPlainNames, hostFromEvaluation } from "../../../src/fleet/host-from-evaluation.ts";
import type { FleetFormName } from "../../../src/nix/forms/fleet-form.ts";
import type { EvaluatedHost, FleetOutline } from "../../../src/nix/nix.ts";
import { nixPrograms } from "../../../src/nix/nix-programs.ts";
import type { Runner } from "../../../src/process/runner.ts";
import type { Controller } from "../../bed/controller.ts";

const root = join(import.meta.dirname, "../../..");

export interface FlakeReading {
  readonly controller: Controller;
  readonly nix: "own" | "machine";
  /** A copy of what our own flake hands out: a `path:` input is copied whole. */
  readonly flotilla: string;
}

/** What a flake says, as plain data without anything that another machine has otherwise. */
export async function readFlake(
  { controller, flotilla, nix: program }: FlakeReading,
  flake: string,
  form: FleetFormName | null,
): Promise<unknown> {
  const runner = controllerRunner(controller, program);
  const standIn = `path:${root}/test/bed`;
  const inputs = {
    nixpkgs: standIn,
    "nix-darwin": standIn,
    "home-manager": standIn,
    flotilla: `path:${flotilla}`,
    "deploy-rs": `path:${flotilla}/nix/activate`,
  };
  const settings = {
    showTrace: false,
    impure: false,
    options: [],
    overrideInputs: Object.entries(inputs),
    verbose: false,
  };
  // On no PATH of ours: which version it is has to be asked each time.
  const nix = nixPrograms(runner, settings, { cacheDirectory: "", environment: { PATH: "/dev/null" }, now });
  const { signal } = new AbortController();
  try {
    const source = await nix.lockFlake(`path:${flake}`, signal);
    const outline = await nix.outline({ source, form, useCache: false, signal });
    checkPlainNames(outline);
    const results = new Map<string, EvaluatedHost | FlotillaError>();
    await nix.evaluate({
      source,
      hosts: outline.members,
      useCache: false,
      workers: 2,
      signal,
      onHost: (name, result) => void results.set(name, result),
      onLog: () => {},
    });
    const hosts = outline.members.map(({ name }) => [name, describeResult(results.get(name), outline)] as const);
    return withoutPlaces({
      hosts: Object.fromEntries(hosts),
      ignoredNames: outline.ignoredNames,
      otherForms: outline.otherForms,
    });
  } catch (error) {
    if (error instanceof FlotillaError) return withoutPlaces({ error: describeError(error) });
    throw error;
  }
}

const now = (): Date => new Date();

/** Programs as the controller runs them: with a store of its own. */
function controllerRunner(controller: Controller, nix: FlakeReading["nix"]): Runner {
  return {
    async run({ file, args, deadline, env = {} }) {
      const { exitCode, stdout, stderr } = await controller.run([file, ...args], { nix, deadline, env });
      return { exitCode, stdout, stderr, timedOut: false, aborted: false };
    },
    start: () => {
      throw new Error("reading a flake starts nothing that goes on");
    },
    interactive: () => Promise.reject(new Error("reading a flake needs no terminal")),
  };
}

function describeResult(result: EvaluatedHost | FlotillaError | undefined, outline: FleetOutline): unknown {
  if (result === undefined) return null;
  try {
    if (result instanceof FlotillaError) throw result;
    const { host, warnings } = hostFromEvaluation(result, outline);
    return { form: result.form, ...describeHost(host), ...(warnings.length === 0 ? {} : { warnings }) };
  } catch (error) {
    if (error instanceof FlotillaError) return { error: describeError(error) };
    throw error;
  }
}

function describeHost({ deployment, profiles, sshPorts, system, version }: Host): Readonly<Record<string, unknown>> {
  const defaults: Readonly<Record<string, unknown>> = Deployment.parse({});
  const set = Object.entries(deployment).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(defaults[name]),
  );
  return {
    system,
    version,
    sshPorts,
    deployment: Object.fromEntries(set),
    profiles: profiles.map(describeProfile),
  };
}

const describeProfile = ({ activator, derivation, name, path, profilePath, user }: Profile): unknown => ({
  name,
  activator,
  user,
  profilePath,
  derivation,
  path,
});

const describeError = ({ code, hint, log, message }: FlotillaError): unknown => ({ code, message, hint, log });

/** Hashes of the store, the place of the repository and lines of the stand-in for nixpkgs are left out. */
function withoutPlaces(value: unknown): unknown {
  const text = JSON.stringify(value)
    .replaceAll(root, "ROOT")
    .replaceAll(/\b(nixpkgs\/[\w./-]+):\d+:\d+/gu, "$1")
    .replaceAll(/\/nix\/store\/[0-9a-z]{32}-/gu, "/nix/store/HASH-");
  return JSON.parse(text);
}
