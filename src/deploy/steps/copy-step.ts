// Sending a built system to its host over the run's own connection.
import { keepProfiles } from "../../activation/keep-system.ts";
import { changesHosts } from "../../domain/goal.ts";
import { openRootChannel } from "../../ssh/root-channel.ts";
import type { HostSteps } from "../deploy-host.ts";
import type { RunServices } from "../run-services.ts";
import type { StepSettings } from "../step-settings.ts";
import { buildPlace } from "./build-step.ts";

export function copyStep(
  settings: Pick<StepSettings, "buildOn" | "checkSignatures" | "goal" | "signingKey" | "substitute">,
  { emit, interruption, nix, run }: Pick<RunServices, "emit" | "interruption" | "nix" | "run">,
): HostSteps["copy"] {
  return async (host, { connection }) => {
    // What was built on the host is there already, and kept.
    if (buildPlace(settings.buildOn, host.deployment).kind === "target") return;
    if (changesHosts(settings.goal)) await keepProfiles(connection, run, host, interruption.halt);
    const channel = await openRootChannel(connection, ["nix-daemon", "--stdio"], interruption.halt);
    try {
      await nix.copy({
        paths: host.profiles.map(({ path }) => path),
        authority: connection.nix.authority,
        environment: connection.nix.environment,
        elevation: channel.elevation,
        substituteOnDestination: settings.substitute && host.deployment.substituteOnDestination,
        checkSignatures: settings.checkSignatures,
        ...(settings.signingKey === undefined ? {} : { signingKey: settings.signingKey }),
        signal: interruption.halt,
        onProgress: (progress) => emit({ type: "host-progress", host: host.name, phase: "copy", ...progress }),
        onLog: (line) => emit({ type: "host-log", host: host.name, phase: "copy", line }),
      });
    } finally {
      await channel.close();
    }
  };
}
