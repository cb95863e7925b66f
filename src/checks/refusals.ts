// What forbids to deploy to a host, before anything is changed on it; the gravest first. Each refusal says a way out.
import type { ErrorDetails } from "../domain/flotilla-error.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { ErrorCode } from "../domain/error-codes.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Inspection } from "./inspection.ts";
import { runsPlatform } from "./nix-platform.ts";

export type RefusalHost = Pick<Host, "name" | "system" | "deployment" | "profiles">;

/** What a refusal is judged by, besides the host and what it says of itself. */
export interface RefusalContext {
  /** This run, whose own hold on the host is no obstacle; null where there is none yet. */
  readonly run: string | null;
  /** The machine-id that was deployed to under this name; null where none is known. */
  readonly knownMachineId: string | null;
  /** --accept-new-machine */
  readonly acceptNewMachine: boolean;
  /** --allow-degraded; the host's own setting counts as well. */
  readonly allowDegraded: boolean;
  /** false: a system that was not deployed from here is not replaced. */
  readonly replaceUnknownProfiles: boolean;
  /** Whether a store path is in the store here. */
  readonly isKnownHere: (path: string) => boolean;
  /** What the new system takes, as far as that is known. */
  readonly neededBytes: { readonly nix: number | null; readonly boot: number | null };
}

/** Whether a NixOS system is meant for a machine that runs something else. */
export const lacksNixos = ({ profiles }: Pick<Host, "profiles">, { isNixos }: Pick<Inspection, "isNixos">): boolean =>
  !isNixos && profiles.some(({ activator }) => activator === "nixos");

/** Whether the machine that answered is the one that is meant: asked of every host, also of one with nothing to do. */
export function identityRefusals(
  host: RefusalHost,
  inspection: Inspection,
  { knownMachineId, acceptNewMachine }: Pick<RefusalContext, "knownMachineId" | "acceptNewMachine">,
): readonly FlotillaError[] {
  const found: FlotillaError[] = [];
  if (knownMachineId !== null && knownMachineId !== inspection.machineId && !acceptNewMachine) {
    const answered = inspection.machineId === "" ? "a machine without an id" : `machine ${inspection.machineId}`;
    const message = `${answered} (${inspection.hostname}) answered, not ${knownMachineId}, which was ${host.name} last time`;
    const hint = "check its address; if the machine was replaced or reinstalled, say so with --accept-new-machine";
    found.push(refusal(host, "E_WRONG_HOST", message, { hint }));
  }
  if (lacksNixos(host, inspection)) {
    const message = `${inspection.hostname} (${inspection.system}) does not run NixOS`;
    found.push(
      refusal(host, "E_NOT_NIXOS", message, { hint: "check its address; NixOS has to be installed there first" }),
    );
  }
  if (host.system !== null && !runsPlatform(inspection.system, host.system)) {
    const message = `the configuration is for ${host.system}, the machine is ${inspection.system}`;
    const hint = `check its address, or set nixpkgs.hostPlatform = "${inspection.system}"`;
    found.push(refusal(host, "E_WRONG_SYSTEM", message, { hint }));
  }
  return found;
}

/** Whether the host can and may be changed now. */
export function changeRefusals(
  host: RefusalHost,
  inspection: Inspection,
  context: Pick<RefusalContext, "run" | "allowDegraded" | "replaceUnknownProfiles" | "isKnownHere">,
): readonly FlotillaError[] {
  const found: FlotillaError[] = [];
  const { lock } = inspection;
  if (lock !== null && lock.run !== context.run) {
    const message = `run ${lock.run} of ${lock.operator} holds the host since ${lock.since}`;
    const hint = `flotilla attach ${lock.run} follows it; it ends by itself, one way or the other`;
    found.push(refusal(host, "E_LOCKED", message, { hint }));
  }
  if (inspection.elevation === null && host.deployment.privilegeEscalationCommand === null) {
    const message = "the login user cannot become root without a password, neither by sudo nor by doas nor by run0";
    const hint =
      'give the password that sudo wants with --ask-sudo-password; or let the user: security.sudo.extraRules with NOPASSWD; or deployment.targetUser = "root"';
    found.push(refusal(host, "E_ELEVATION", message, { hint }));
  }
  const profile = inspection.profileSystem ?? inspection.currentSystem;
  if (!context.replaceUnknownProfiles && profile !== null && !context.isKnownHere(profile)) {
    const message = `${profile} was not deployed from here, and deployment.replaceUnknownProfiles is false`;
    const hint = "see who deployed it and merge; or go on with --force-replace-unknown-profiles";
    found.push(refusal(host, "E_UNKNOWN_PROFILE", message, { hint }));
  }
  return [...found, ...stateRefusals(host, inspection, context.allowDegraded || host.deployment.allowDegraded)];
}

function stateRefusals(host: RefusalHost, inspection: Inspection, allowDegraded: boolean): readonly FlotillaError[] {
  const { state, failedUnits } = inspection;
  const unitsMatter = needsSystemd(host, inspection);
  switch (state) {
    case "running":
      return [];
    case "degraded": {
      if (allowDegraded || !unitsMatter) return [];
      const message =
        failedUnits.length === 1
          ? `a unit of the host has failed already: ${failedUnits[0]}`
          : `${failedUnits.length} units of the host have failed already: ${someOf(failedUnits)}`;
      const hint = `look at them: flotilla ssh ${host.name} -- systemctl status --failed; or go on with --allow-degraded`;
      return [refusal(host, "E_DEGRADED", message, { hint, log: failedUnits })];
    }
    case "initializing":
    case "starting": {
      if (allowDegraded || !unitsMatter) return [];
      const hint = "wait until systemctl is-system-running says running; or go on with --allow-degraded";
      return [refusal(host, "E_NOT_READY", "the host is still starting", { hint })];
    }
    case "stopping":
      return [refusal(host, "E_NOT_READY", "the host is shutting down", { hint: "try again once it is up" })];
    case "maintenance":
      return [
        refusal(host, "E_NOT_READY", "the host is in rescue mode", { hint: "bring it to its default target first" }),
      ];
    default:
      if (!unitsMatter) return [];
      return [
        refusal(host, "E_NOT_READY", `systemd of the host does not answer as it should (${state})`, {
          hint: `look at it: flotilla ssh ${host.name} -- systemctl is-system-running`,
        }),
      ];
  }
}

/** A home has nothing to do with the units of its machine, and a Mac has none. */
const needsSystemd = ({ profiles }: RefusalHost, { system }: Inspection): boolean =>
  !system.endsWith("-darwin") && profiles.some(({ activator }) => activator !== "home-manager");

/** Whether what the new system takes fits on the host's disks, as far as both are known. */
export function spaceRefusals(
  host: RefusalHost,
  { freeBytes }: Pick<Inspection, "freeBytes">,
  needed: RefusalContext["neededBytes"],
): readonly FlotillaError[] {
  const places = [
    {
      name: "/nix",
      free: freeBytes.nix,
      needed: needed.nix,
      hint: "make room: nix-collect-garbage --delete-older-than 14d",
    },
    {
      name: "/boot",
      free: freeBytes.boot,
      needed: needed.boot,
      hint: "make room: boot.loader.*.configurationLimit, and fewer generations",
    },
  ];
  return places.flatMap(({ name, free, needed, hint }) =>
    free === null || needed === null || needed <= free
      ? []
      : [
          refusal(
            host,
            "E_TARGET_DISK_FULL",
            `${name} has ${mebibytes(free)} free, the new system takes ${mebibytes(needed)}`,
            {
              hint,
            },
          ),
        ],
  );
}

function refusal(host: RefusalHost, code: ErrorCode, message: string, details: ErrorDetails): FlotillaError {
  return new FlotillaError(code, message, { ...details, host: host.name, step: "check" });
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MiB`;

const someOf = (names: readonly string[]): string =>
  names.length <= 6 ? names.join(", ") : `${names.slice(0, 6).join(", ")} and ${names.length - 6} more`;
