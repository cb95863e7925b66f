// Logging in, as a phase with a limit: from the declared addresses, the operator's word, or the memory of last time.
import type { HostName } from "../../domain/host-name.ts";
import { loginTargets } from "../../fleet/target-of.ts";
import type { OpenedConnection } from "../../ssh/connection.ts";
import { isThisMachine, type Target } from "../../ssh/target.ts";
import type { HostSteps } from "../deploy-host.ts";
import type { Limit } from "../in-phase.ts";
import { inPhase } from "../in-phase.ts";
import { logInEarly } from "../log-in-early.ts";
import type { RunServices } from "../run-services.ts";
import type { StepSettings } from "../step-settings.ts";

type ConnectServices = Pick<RunServices, "emit" | "interruption" | "logIn" | "inspect" | "remember">;

export function connectStep(
  { targetHost }: Pick<StepSettings, "targetHost">,
  { emit, interruption, logIn, inspect, remember }: ConnectServices,
  limit: Limit,
): HostSteps["connect"] {
  const { halt } = interruption;
  return (name, evaluation) => {
    const remembered = remember(name);
    // Where a machine once deployed to itself is no address of it.
    const known = remembered === null || isThisMachine(remembered) ? null : remembered;
    const inLimit = (targets: readonly Target[]): Promise<OpenedConnection> =>
      inPhase({ emit, halt }, name, "connect", limit, () => logIn(targets, halt));
    return logInEarly(
      {
        open: inLimit,
        inspect: (opened) => inspect(opened, halt),
        guess: () => (known === null || targetHost !== null ? null : bareTarget(name, known)),
        targets: (host) =>
          loginTargets(host, { override: targetHost ?? undefined, lastKnown: known === null ? undefined : known }),
      },
      name,
      evaluation,
    );
  };
}

/** A login with nothing but what a host without ssh settings of its own has; settings make it another login. */
export function bareTarget(
  host: HostName,
  { address, port, user }: { readonly address: string; readonly port: number | null; readonly user: string | null },
): Target {
  return { host, address, port, user, options: [], hostKey: null, elevation: null };
}
