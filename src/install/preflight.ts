// What forbids an install before anything is touched, found in the facts alone: the machine, its boot loader, who could log in.
import { nixPlatform, runsPlatform } from "../checks/nix-platform.ts";
import type { HostInstallation } from "./host-installation.ts";
import type { InstallOptions } from "./install-options.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { preflightBoot } from "./preflight-boot.ts";
import { needsKexec, preflightKexec } from "./preflight-kexec.ts";

/** What stands in the way, or what to know, and what to do about it. */
export interface Remark {
  readonly message: string;
  readonly hint: string;
}

export interface Preflight {
  /** Not empty: nothing may be touched (E_NOT_INSTALLABLE). */
  readonly refusals: readonly Remark[];
  readonly warnings: readonly Remark[];
}

export type PreflightOptions = Pick<InstallOptions, "phases" | "kexec" | "kexecSha256" | "forceKexec">;

/** Seconds of which certificates and signatures do not take offence. */
const usualSkew = 120;

/**
 * Compares the machine with what is to be installed on it. What its disks say is the disk plan's matter.
 *
 * @param installation null: only the machine is looked at
 */
export function preflight(
  facts: MachineFacts,
  installation: HostInstallation | null,
  options: PreflightOptions,
): Preflight {
  const parts = [
    preflightMachine(facts, options),
    ...(needsKexec(facts, options) ? [preflightKexec(facts, options)] : []),
    ...(installation === null ? [] : [preflightPlatform(facts, installation)]),
    ...(installation === null || !options.phases.includes("install")
      ? []
      : [preflightBoot(facts, installation), preflightLogin(installation, options)]),
  ];
  return {
    refusals: parts.flatMap(({ refusals }) => refusals),
    warnings: parts.flatMap(({ warnings }) => warnings),
  };
}

function preflightMachine(facts: MachineFacts, options: PreflightOptions): Preflight {
  const { clockSkew, elevation, isContainer, loginUser, operatingSystem, programs } = facts;
  const refusals: Remark[] = [];
  const warnings: Remark[] = [];
  if (isContainer) {
    refusals.push({
      message: "it is a container: its kernel and its disks are the host's",
      hint: "give the address of a machine or a virtual machine",
    });
  }
  if (elevation === null) {
    refusals.push({
      message: `${loginUser} cannot become root there`,
      hint: "log in as root, allow sudo or doas without a password, or give sudo's with --ask-sudo-password",
    });
  }
  const installs = options.phases.includes("install") && !needsKexec(facts, options);
  if (installs && !programs.includes("nixos-install")) {
    refusals.push({
      message: `it runs ${operatingSystem.name}, which is no installer: there is no nixos-install`,
      hint: "leave kexec among the --phases, or boot an installer there",
    });
  }
  if (Math.abs(clockSkew) > usualSkew) {
    warnings.push({
      message: `its clock is ${inWords(Math.abs(clockSkew))} ${clockSkew > 0 ? "ahead" : "behind"}`,
      hint: "what it fetches itself may be refused as not valid yet, or no longer",
    });
  }
  return { refusals, warnings };
}

function preflightPlatform({ architecture }: MachineFacts, { host }: HostInstallation): Preflight {
  const machine = nixPlatform(architecture, "Linux");
  const wrong = host.system !== null && !runsPlatform(machine, host.system);
  const remark = {
    message: `${host.name} is built for ${host.system}, the machine is ${machine}`,
    hint: "is this the machine that was meant? Its configuration says otherwise in nixpkgs.hostPlatform",
  };
  return { refusals: wrong ? [remark] : [], warnings: [] };
}

/** An install ends with a login to the installed system; without one nobody could tell how it went. */
function preflightLogin({ authorizedKeys, sshEnabled }: HostInstallation, { phases }: PreflightOptions): Preflight {
  const remarks: Remark[] = [];
  if (sshEnabled === false) {
    remarks.push({
      message: "the installed system has no sshd: nobody could log in to it from here",
      hint: "set services.openssh.enable, or end before the reboot with --no-reboot",
    });
  } else if (authorizedKeys?.length === 0) {
    remarks.push({
      message: "the installed system knows no ssh key: nobody could log in to it from here",
      hint: "set users.users.<name>.openssh.authorizedKeys.keys, or end before the reboot with --no-reboot",
    });
  }
  return phases.includes("reboot") ? { refusals: remarks, warnings: [] } : { refusals: [], warnings: remarks };
}

function inWords(seconds: number): string {
  const units = [
    [86_400, "days"],
    [3_600, "hours"],
    [60, "minutes"],
  ] as const;
  const [size, unit] = units.find(([size]) => seconds >= 2 * size) ?? [1, "seconds"];
  return `${Math.round(seconds / size)} ${unit}`;
}
