// Saying no before anything is changed: who the machine is, how it does, whether there is room.
import { nixTrust, untrusted } from "../../checks/nix-trust.ts";
import { changeRefusals, identityRefusals, spaceRefusals } from "../../checks/refusals.ts";
import { existsSync } from "node:fs";
import { bootSpaceNeeded, storeSpaceNeeded } from "../../nix/space-needed.ts";
import type { FlotillaError } from "../../domain/flotilla-error.ts";
import { mainProfile } from "../../fleet/fleet.ts";
import type { Host } from "../../fleet/fleet.ts";
import type { HostSteps } from "../deploy-host.ts";
import type { HostSession } from "../host-session.ts";
import type { RunServices } from "../run-services.ts";
import type { StepSettings } from "../step-settings.ts";

type RefuseServices = Pick<RunServices, "emit" | "interruption" | "nix" | "remember" | "run">;
type RefuseSettings = Pick<StepSettings, "acceptNewMachine" | "allowDegraded" | "goal" | "replaceUnknownProfiles">;

/** Bytes free on the host from which on nobody asks how large the new system is. */
const ample = 16 * 2 ** 30;

export function refuseStep(settings: RefuseSettings, services: RefuseServices): HostSteps["refuse"] {
  const { emit, interruption, remember, run } = services;
  const identified = new Set<string>();
  return async (host, session, when) => {
    const { connection, inspection } = session;
    const identity = {
      knownMachineId: remember(host.name)?.machineId ?? null,
      acceptNewMachine: settings.acceptNewMachine,
    };
    throwFirst(identityRefusals(host, inspection, identity));
    if (!identified.has(host.name)) {
      identified.add(host.name);
      const { address, port, user } = connection.target;
      emit({ type: "host-identified", host: host.name, address, port, user, machineId: inspection.machineId || null });
    }
    switch (when) {
      case "up-to-date":
        return;
      case "inspected": {
        const found = changeRefusals(host, inspection, {
          run,
          allowDegraded: settings.allowDegraded,
          replaceUnknownProfiles: settings.replaceUnknownProfiles || host.deployment.replaceUnknownProfiles,
          isKnownHere: existsSync,
        });
        if (settings.goal !== "push") return throwFirst(found);
        // Who only receives need not become root, but then the daemon has to take what we send.
        throwFirst(found.filter(({ code }) => code !== "E_ELEVATION"));
        if (connection.elevation !== null) return;
        if ((await nixTrust(connection, interruption.halt)) === "no") throw untrusted(host.name);
        return;
      }
      case "built":
        return throwFirst(spaceRefusals(host, inspection, await needed(services, host, session)));
    }
  };
}

/** What the new system takes beyond what is there; asked only where it could matter, and known only where it is here. */
async function needed(
  { interruption, nix }: Pick<RefuseServices, "interruption" | "nix">,
  host: Host,
  { connection, inspection: { currentSystem, freeBytes } }: HostSession,
): Promise<{ readonly nix: number | null; readonly boot: number | null }> {
  const signal = interruption.halt;
  const isTight = [freeBytes.nix, freeBytes.boot].some((free) => free !== null && free < ample);
  const { path: toplevel } = mainProfile(host);
  if (!isTight || !existsSync(toplevel)) return { nix: null, boot: null };
  const [system, present] = await Promise.all([
    nix.closure({ path: toplevel, on: null, signal }),
    currentSystem === null ? [] : nix.closure({ path: currentSystem, on: connection.nix, signal }),
  ]);
  return { nix: storeSpaceNeeded(system, present), boot: bootSpaceNeeded(toplevel, present) };
}

function throwFirst([refusal]: readonly FlotillaError[]): void {
  if (refusal !== undefined) throw refusal;
}
