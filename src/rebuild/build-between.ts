// Built on one machine for another, neither of them this one: what was built goes straight from the one to the other where
// they can reach each other, and through here where they cannot.
import { keepProfiles } from "../activation/keep-system.ts";
import { buildItems, BuildQueue } from "../deploy/build-queue.ts";
import type { HostSteps } from "../deploy/deploy-host.ts";
import type { RunServices } from "../deploy/run-services.ts";
import { changesHosts, type Goal } from "../domain/goal.ts";
import type { Host } from "../fleet/fleet.ts";
import { copyBetweenWords } from "../nix/copy-between.ts";
import type { Nix } from "../nix/nix.ts";
import type { Connection } from "../ssh/connection.ts";
import { readsPassword } from "../ssh/elevation.ts";
import { isThisMachine } from "../ssh/target.ts";

export interface BuildBetween {
  readonly builder: Connection;
  readonly goal: Goal;
  readonly roots: string | null;
  readonly substitute: boolean;
}

type Services = Pick<RunServices, "emit" | "interruption" | "run"> & {
  readonly nix: Pick<Nix, "build" | "fetch">;
};

/** Milliseconds: it ends what hangs, not what is slow. */
const copyDeadline = 24 * 3_600_000;

/** The steps with another way to build and to copy. */
export function buildBetween(steps: HostSteps, between: BuildBetween, services: Services): HostSteps {
  const { builder, goal, roots, substitute } = between;
  const { emit, interruption, nix, run } = services;
  const signal = interruption.halt;
  const queue = new BuildQueue(nix, {
    on: { kind: "remote", ...builder.nix },
    roots: null,
    maxJobs: null,
    signal,
    onProgress: ({ done, expected, running }) =>
      emit({ type: "build-progress", done, expected, running: [...running] }),
    onLog: (derivation, line) => emit({ type: "build-log", derivation, line }),
  });

  const sendDirectly = async (host: Host, { elevation, target }: Connection): Promise<boolean> => {
    // sudo's password cannot be handed on to the other machine; and to come here the other way is the direct one.
    if (isThisMachine(target) || elevation === null || readsPassword(elevation)) return false;
    const words = copyBetweenWords({
      paths: host.profiles.map(({ path }) => path),
      to: target,
      elevation,
      substituteOnDestination: substitute,
    });
    const { exitCode, stderr } = await builder.run({ words, asRoot: false, deadline: copyDeadline }, { signal });
    if (exitCode === 0) return true;
    const why = stderr.trim().split("\n").at(-1) ?? "";
    const line = `the build host does not reach it (${why}): what was built goes through here`;
    emit({ type: "host-log", host: host.name, phase: "copy", line });
    return false;
  };

  return {
    ...steps,
    build: (host) => queue.build(host),
    async copy(host, session) {
      // Rooted before it is there, so that nothing collects it before its turn.
      if (changesHosts(goal)) await keepProfiles(session.connection, run, host, signal);
      if (await sendDirectly(host, session.connection)) return;
      for (const { name, path } of buildItems(host)) await nix.fetch({ path, roots, name, ...builder.nix, signal });
      await steps.copy(host, session);
    },
  };
}
