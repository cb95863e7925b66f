// A host that evaluates and builds its system itself, as deploy-flake has it: from the flake and its inputs, which are sent.
import { keepProfiles } from "../activation/keep-system.ts";
import type { HostSteps } from "../deploy/deploy-host.ts";
import type { RunServices } from "../deploy/run-services.ts";
import { changesHosts, type Goal } from "../domain/goal.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { mainProfile } from "../fleet/fleet.ts";
import { buildArchivedWords } from "../nix/archive-flake.ts";
import { builtOutput } from "../nix/built-output.ts";
import type { FleetSource, LockedFlake } from "../nix/fleet-source.ts";
import type { Connection } from "../ssh/connection.ts";

export interface BuildFromFlake {
  readonly goal: Goal;
  readonly source: FleetSource;
  /** Sends the flake to a host; resolves with its path in the store there. */
  readonly archive: (flake: LockedFlake, connection: Connection, signal: AbortSignal) => Promise<string>;
}

type Services = Pick<RunServices, "emit" | "interruption" | "run">;

/** Milliseconds: they end what hangs, not what is slow. */
const buildDeadline = 7 * 24 * 3_600_000;

/**
 * The steps with another way to build; what is built there need not be copied.
 *
 * @throws FlotillaError E_USAGE for a fleet that is no flake
 */
export function buildFromFlake(steps: HostSteps, wish: BuildFromFlake, services: Services): HostSteps {
  const { archive, goal, source } = wish;
  const { emit, interruption, run } = services;
  const signal = interruption.halt;
  if (source.kind !== "flake") {
    throw new FlotillaError("E_USAGE", `${source.reference} is no flake: hosts cannot build from it`, {
      hint: "--build-on target builds there what is evaluated here",
    });
  }
  const directory = new URLSearchParams(source.locked.split("?")[1] ?? "").get("dir") ?? "";
  return {
    ...steps,
    async build(host, session) {
      const { name } = host;
      const profile = mainProfile(host);
      if (session === null || host.profiles.length > 1 || profile.activator !== "nixos") {
        throw new FlotillaError("E_USAGE", `${name} cannot build from the flake itself`, {
          host: name,
          hint: "that is for NixOS systems alone which are sent to their hosts; --build-on target is for all",
        });
      }
      const { connection } = session;
      // Rooted before it is there, so that nothing collects it between its build and its turn.
      if (changesHosts(goal)) await keepProfiles(connection, run, host, signal);
      const path = await archive(source, connection, signal);
      const attribute = ["nixosConfigurations", name, "config", "system", "build", "toplevel"];
      const words = buildArchivedWords(path, directory, attribute);
      const onStderrLine = (line: string): void => emit({ type: "host-log", host: name, phase: "build", line });
      const command = { words, asRoot: false, deadline: buildDeadline };
      const { exitCode, stderr, stdout } = await connection.run(command, { signal, onStderrLine });
      const log = stderr.split("\n").slice(-20);
      if (exitCode !== 0) throw new FlotillaError("E_BUILD", `${name} did not build its system`, { host: name, log });
      const built = builtOutput(stdout);
      if (built === profile.path) return;
      throw new FlotillaError("E_BUILD", `${name} built ${built} from the flake, which is ${profile.path} here`, {
        host: name,
        hint: "the configuration depends on the machine that evaluates it; --build-on target builds what is evaluated here",
      });
    },
  };
}
