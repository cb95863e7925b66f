// `flotilla install` with the real rooms behind it.
import { randomBytes } from "node:crypto";
import type { InstallRunOptions } from "../cli/use-cases.ts";
import pLimit from "p-limit";
import { outcomeOfError } from "../deploy/outcome-of-error.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { type Outcome, runExitStatus } from "../domain/outcome.ts";
import { runIdFrom } from "../domain/run-id.ts";
import { installRun } from "../install/install-run.ts";
import type { InstallServices } from "../install/install-services.ts";
import type { Lifeline } from "../install/lifeline.ts";
import { surveyHost, type SurveySettings } from "../install/survey-host.ts";
import { buildAttribute } from "../nix/build-attribute.ts";
import { splitShellWords } from "../ssh/split-shell-words.ts";
import { loginFiles } from "./install-login.ts";
import { builtPaths } from "./built-paths.ts";
import { installServices } from "./install-services.ts";
import { type WantedInstalls, wantedInstalls, type WantedOptions } from "./install-wanted.ts";
import { openFleet } from "./open-fleet.ts";
import type { World } from "./real-use-cases.ts";
import type { RunStage } from "./run-stage.ts";
import { stamped } from "./run-stage.ts";
import { selectedMembers } from "../fleet/selected-members.ts";
import { askOperator, showFound } from "./show-installs.ts";
import type { Viewpoint } from "./visit.ts";

/** Installs the hosts; resolves with the exit status. */
export async function install(options: InstallRunOptions, stage: RunStage, world: World): Promise<number> {
  const { renderer } = stage;
  const warn = (message: string): void => renderer.event(stamped(stage.run, { type: "warning", message }));
  return withServices(options, stage, world, warn, (services, settings, wanted) =>
    installRun(
      wanted,
      services,
      settings,
      askOperator(world, settings.options, options.view.json, (work) => renderer.aside(work), services.askPassphrases),
    ),
  );
}

/** What an install would do, with nothing touched; resolves with the exit status that it would be refused with. */
export async function previewInstall(options: InstallRunOptions, view: Viewpoint, world: World): Promise<number> {
  const quiet = { event: () => {}, aside: <Result>(work: () => Promise<Result>) => work(), finish: () => {} };
  const stage: RunStage = {
    run: runIdFrom(randomBytes(8)),
    tools: view.tools,
    renderer: quiet,
    interruption: { halt: view.signal, leave: view.signal },
  };
  return withServices(options, stage, world, view.onWarning, async (services, settings, wanted) => {
    const looking: InstallServices = { ...services, emit: () => {} };
    const found = await Promise.all(
      wanted.hosts.map(async (host) => {
        const lines: Lifeline[] = [];
        try {
          const survey = await surveyHost(looking, settings, host, wanted.read(host), (line) => lines.push(line));
          return { host, survey, error: null };
        } catch (error) {
          if (error instanceof FlotillaError) return { host, survey: null, error };
          throw error;
        } finally {
          await Promise.all(lines.map((line) => line.close()));
        }
      }),
    );
    showFound(found, options.view.json, world);
    return runExitStatus(found.map(({ error }): Outcome => (error === null ? "unchanged" : outcomeOfError(error))));
  });
}

/** Builds what installs the hosts in virtual machines and looks whether they boot: disko's own test of a configuration. */
export async function testInstall(options: InstallRunOptions, view: Viewpoint, world: World): Promise<number> {
  const { directory, signal, tools } = view;
  const { nix, request } = await openFleet(options, options.limits.evaluate, tools, directory, signal);
  const { source } = request;
  if (source.kind !== "flake") {
    throw new FlotillaError("E_USAGE", "--vm-test is of hosts in a flake's nixosConfigurations", {
      hint: "name the flake with --flake",
    });
  }
  for (const { name } of await selectedMembers(nix, request, signal)) {
    const path = await buildAttribute(tools.runner, options.nix, {
      installable: { kind: "flake", locked: source.locked },
      attribute: ["nixosConfigurations", name, "config", "system", "build", "installTest"],
      link: null,
      dryRun: false,
      on: null,
      signal,
      onLog: (line) => void world.stderr.write(`${line}\n`),
    });
    world.stdout.write(`${path ?? ""}\n`);
  }
  return 0;
}

/** Everything that a survey or an install takes, for as long as the work lasts. */
async function withServices(
  asked: InstallRunOptions,
  stage: RunStage,
  world: World,
  warn: (message: string) => void,
  work: (services: InstallServices, settings: SurveySettings, wanted: WantedInstalls) => Promise<number>,
): Promise<number> {
  const { interruption, tools } = stage;
  const { directory } = world;
  const storePaths = await builtPaths(asked.install.storePaths, directory);
  const options: WantedOptions = { ...asked, install: { ...asked.install, storePaths } };
  const wanted = await wantedInstalls(options, { tools, directory, signal: interruption.halt, warn });
  if (options.askSudoPassword ?? wanted.asksForSudo) await tools.askElevationPassword();
  const files = await loginFiles(options.install.login, { directory, isLook: options.dryRun, runner: tools.runner });
  try {
    const services = installServices({
      stage,
      world,
      wanted,
      files,
      settings: options.nix,
      password: options.install.login.password,
      buildJobs: options.limits.build,
    });
    return await work(services, surveySettings(options, files.identityFile), wanted);
  } finally {
    await files.close();
  }
}

function surveySettings(
  { install: options, limits, overrides }: WantedOptions,
  identityFile: string | null,
): SurveySettings {
  const { sshOpts, sshUser, sudo } = overrides.settings;
  return {
    options,
    words: {
      login: options.login,
      identityFile,
      options: sshOpts ?? [],
      user: sshUser ?? null,
      elevation: sudo === undefined || sudo === null ? null : [...splitShellWords(sudo), "root"],
    },
    limit: pLimit(limits.copy),
  };
}
