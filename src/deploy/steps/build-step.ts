// Where a host's system is built: here, on the host itself, or on a machine named for it.
import { keepProfiles } from "../../activation/keep-system.ts";
import { changesHosts } from "../../domain/goal.ts";
import { HostName } from "../../domain/host-name.ts";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { Deployment } from "../../fleet/deployment.ts";
import type { Host } from "../../fleet/fleet.ts";
import { howToWriteAnAddress, parseHostAddress } from "../../fleet/host-address.ts";
import { loginTargets } from "../../fleet/target-of.ts";
import type { Connection } from "../../ssh/connection.ts";
import { buildItems, BuildQueue } from "../build-queue.ts";
import type { HostSteps } from "../deploy-host.ts";
import type { RunServices } from "../run-services.ts";
import type { BuildOn, StepSettings } from "../step-settings.ts";
import { bareTarget } from "./connect-step.ts";

type BuildServices = Pick<RunServices, "emit" | "interruption" | "nix" | "open" | "run">;

/** The operator's word, else the host's settings, else here. */
export function buildPlace(said: BuildOn | null, { buildHost, buildOnTarget }: Deployment): BuildOn {
  if (said !== null) return said;
  if (buildHost !== null) return { kind: "host", host: buildHost };
  return { kind: buildOnTarget ? "target" : "local" };
}

/** The build step, and what ends the logins it made to build machines. */
export function buildStep(
  {
    buildOn,
    goal,
    limits,
    rootNames,
    roots,
    targetHost,
  }: Pick<StepSettings, "buildOn" | "goal" | "limits" | "rootNames" | "roots" | "targetHost">,
  services: BuildServices,
): { readonly build: HostSteps["build"]; readonly close: () => Promise<void> } {
  const { emit, interruption, nix, open, run } = services;
  const signal = interruption.halt;
  const queueOn = (connection: Connection | null): BuildQueue =>
    new BuildQueue(
      nix,
      {
        on: connection === null ? { kind: "local" } : { kind: "remote", ...connection.nix },
        roots: connection === null ? roots : null,
        maxJobs: limits.build,
        signal,
        onProgress: ({ done, expected, running }) =>
          emit({ type: "build-progress", done, expected, running: [...running] }),
        onLog: (derivation, line) => emit({ type: "build-log", derivation, line }),
      },
      rootNames,
    );
  const here = queueOn(null);
  const machines = new Map<string, Promise<{ connection: Connection; queue: BuildQueue }>>();

  const machine = (address: string): Promise<{ connection: Connection; queue: BuildQueue }> => {
    const existing = machines.get(address);
    if (existing !== undefined) return existing;
    const parsed = parseHostAddress(address);
    const target = parsed === null ? null : bareTarget(HostName.parse("build-host"), parsed);
    const made =
      target === null
        ? Promise.reject(
            new FlotillaError("E_CONFIGURATION", `the build host "${address}" is no address`, {
              hint: howToWriteAnAddress,
            }),
          )
        : open([target], signal).then((connection) => ({ connection, queue: queueOn(connection) }));
    machines.set(address, made);
    return made;
  };

  const onTarget = async (host: Host, connection: Connection): Promise<void> => queueOn(connection).build(host);

  return {
    async build(host, session) {
      const place = buildPlace(buildOn, host.deployment);
      switch (place.kind) {
        case "local":
          return here.build(host);
        case "target": {
          if (session !== null) {
            // Rooted before it is there, so that nothing collects it between its build and its turn.
            if (changesHosts(goal)) await keepProfiles(session.connection, run, host, signal);
            return onTarget(host, session.connection);
          }
          const connection = await open(loginTargets(host, { override: targetHost ?? undefined }), signal);
          try {
            return await onTarget(host, connection);
          } finally {
            await connection.close();
          }
        }
        case "host": {
          const { connection, queue } = await machine(place.host);
          await queue.build(host);
          // Nix sends from one store to one other: what goes to the host is fetched here first.
          for (const { name, path } of buildItems(host, rootNames))
            await nix.fetch({ path, roots, name, ...connection.nix, signal });
        }
      }
    },
    async close() {
      const opened = await Promise.allSettled(machines.values());
      for (const result of opened) if (result.status === "fulfilled") await result.value.connection.close();
    },
  };
}
