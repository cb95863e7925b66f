// A run that installs hosts, several side by side: reads them, sends each on its way, and says how each one ended.
import { withoutCredentials } from "../domain/without-credentials.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import { exitStatus, runExitStatus, tallyOutcomes } from "../domain/outcome.ts";
import type { FleetSource } from "../nix/fleet-source.ts";
import type { HostResult } from "../deploy/host-result.ts";
import { AgreementTable, type AskAll } from "./agreement-table.ts";
import type { HostInstallation } from "./host-installation.ts";
import { installHost } from "./install-host.ts";
import type { InstallServices } from "./install-services.ts";
import type { SurveySettings } from "./survey-host.ts";

export interface InstallRequest {
  readonly source: Pick<FleetSource, "reference" | "revision">;
  readonly hosts: readonly HostName[];
  /** Evaluates one host; called once for each. */
  readonly read: (host: HostName) => Promise<HostInstallation>;
}

/** Runs to the end and resolves with the exit status. What happens to a host is an outcome, never an exception. */
export async function installRun(
  { hosts, read, source }: InstallRequest,
  services: InstallServices,
  settings: SurveySettings,
  askAll: AskAll,
): Promise<number> {
  const { clock, emit, interruption, operator } = services;
  const started = clock.now().getTime();
  const seconds = (): number => (clock.now().getTime() - started) / 1000;
  checkAddresses(hosts, settings);
  emit({
    type: "run-started",
    goal: "install",
    flake: withoutCredentials(source.reference),
    revision: source.revision,
    operator,
    hosts: [...hosts],
  });
  const table = new AgreementTable(hosts, askAll);
  const steps = {
    services,
    settings,
    agree: table.agree.bind(table),
    withdraw: table.withdraw.bind(table),
  };
  const results = await Promise.all(
    hosts.map(async (host): Promise<HostResult> => {
      const result = await installHost(steps, host, evaluated(host, read, services));
      const { reason, notes, before: _, ...rest } = result;
      emit({
        type: "host-finished",
        host,
        ...rest,
        ...(reason === null ? {} : { reason }),
        notes: [...notes],
        seconds: seconds(),
      });
      return result;
    }),
  );
  const outcomes = results.map(({ outcome }) => outcome);
  const status = interruption.halt.aborted ? exitStatus.interrupted : runExitStatus(outcomes);
  emit({ type: "run-finished", outcomes: tallyOutcomes(outcomes), exitStatus: status, seconds: seconds() });
  return status;
}

async function evaluated(
  host: HostName,
  read: InstallRequest["read"],
  { emit }: Pick<InstallServices, "emit">,
): Promise<HostInstallation> {
  emit({ type: "host-phase", host, phase: "evaluate", state: "started" });
  try {
    const installation = await read(host);
    emit({ type: "host-phase", host, phase: "evaluate", state: "finished" });
    return installation;
  } catch (error) {
    emit({ type: "host-phase", host, phase: "evaluate", state: "failed" });
    throw error instanceof FlotillaError ? error.at(host, "evaluate") : error;
  }
}

/** One address is one machine's. */
function checkAddresses(hosts: readonly HostName[], { words }: SurveySettings): void {
  const { address, addresses } = words.login;
  if (address !== null && hosts.length !== 1) {
    throw new FlotillaError("E_USAGE", `--target is for one host, and ${hosts.length} are selected`, {
      hint: "give each its own: flotilla install HOST=ADDRESS HOST=ADDRESS",
    });
  }
  const unknown = [...addresses.keys()].find((name) => !hosts.some((host) => host === name));
  if (unknown !== undefined) {
    throw new FlotillaError("E_SELECTION", `${unknown} has an address and is none of the hosts that are selected`, {
      hint: `these are selected: ${hosts.join(", ")}`,
    });
  }
}
