// `flotilla install` with the real rooms behind it.
import pLimit from "p-limit";
import type { InstallRunOptions } from "../cli/use-cases.ts";
import type { HostName } from "../domain/host-name.ts";
import { selectedMembers } from "../fleet/selected-members.ts";
import type { HostInstallation } from "../install/host-installation.ts";
import { installRun } from "../install/install-run.ts";
import { ofHost } from "../install/plan-for-install.ts";
import { readInstallation } from "../install/read-installation.ts";
import type { SurveySettings } from "../install/survey-host.ts";
import { evaluateInstallation } from "../nix/evaluate-installation.ts";
import type { FleetMember } from "../nix/nix.ts";
import { splitShellWords } from "../ssh/split-shell-words.ts";
import { loginFiles } from "./install-login.ts";
import { installServices } from "./install-services.ts";
import { openFleet, type OpenFleet } from "./open-fleet.ts";
import type { World } from "./real-use-cases.ts";
import { rootsOfRun } from "./roots-of-run.ts";
import type { RunStage } from "./run-stage.ts";
import { stamped } from "./run-stage.ts";
import { askOperator } from "./show-installs.ts";
import type { Tools } from "./tools.ts";

/** Installs the hosts; resolves with the exit status. */
export async function install(options: InstallRunOptions, stage: RunStage, world: World): Promise<number> {
  const { interruption, renderer, tools } = stage;
  const { directory } = world;
  const signal = interruption.halt;
  const warn = (message: string): void => renderer.event(stamped(stage.run, { type: "warning", message }));
  const fleet = await openFleet(options, options.limits.evaluate, tools, directory, signal);
  if (options.askSudoPassword ?? fleet.settings.interactiveSudo) await tools.askElevationPassword();
  const members = await selectedMembers(fleet.nix, fleet.request, signal);
  const files = await loginFiles(options.install.login, { directory, runner: tools.runner });
  try {
    const { roots } = await rootsOfRun({ keepResult: false, resultPath: null }, fleet.request, {
      directory,
      state: tools.stateDirectory,
      warn,
    });
    const services = installServices({
      stage,
      world,
      nix: fleet.nix,
      settings: options.nix,
      files,
      password: options.install.login.password,
      buildJobs: options.limits.build,
      roots,
    });
    return await installRun(
      {
        source: fleet.request.source,
        hosts: members.map(({ name }) => name),
        read: reader(options, fleet, members, tools, { signal, warn }),
      },
      services,
      surveySettings(options, files.identityFile),
      askOperator(world, options.install, options.view.json, (work) => renderer.aside(work), services.askPassphrases),
    );
  } finally {
    await files.close();
  }
}

export function surveySettings(
  { install: options, limits, overrides }: InstallRunOptions,
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

/** Evaluates each host once, so many at a time. */
export function reader(
  options: InstallRunOptions,
  { request }: OpenFleet,
  members: readonly FleetMember[],
  tools: Tools,
  { signal, warn }: { readonly signal: AbortSignal; readonly warn: (message: string) => void },
): (host: HostName) => Promise<HostInstallation> {
  const limit = pLimit(request.evaluationWorkers);
  const members_ = new Map(members.map((member) => [member.name, member]));
  // How the machine is logged in to now is no setting of what is installed.
  const { sshUser: _user, sudo: _sudo, sshOpts: _options, ...settings } = request.overrides.settings;
  return (host) =>
    limit(() =>
      readInstallation((wanted) => evaluateInstallation({ runner: tools.runner, settings: options.nix }, wanted), {
        source: request.source,
        member: members_.get(host) ?? { name: host, form: "nixosConfigurations" },
        disks: ofHost(options.install.disks, host),
        outline: request.outline,
        overrides: { ...request.overrides, settings },
        signal,
        onLog: () => {},
        onWarning: warn,
      }),
    );
}
