// What the operator says in place of hosts' own settings, in deploy-rs's words, for hosts of every form.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { EvaluatedHost, FleetOutline } from "../nix/nix.ts";
import { splitShellWords } from "../ssh/split-shell-words.ts";
import type { GenericSettings } from "./deploy-rs/deploy-rs-settings.ts";
import type { Deployment } from "./deployment.ts";
import type { Host, Profile } from "./fleet.ts";
import { howToWriteAnAddress, parseHostAddress } from "./host-address.ts";
import { hostFromEvaluation } from "./host-from-evaluation.ts";
import { didYouMean } from "./nearest-name.ts";

export interface HostOverrides {
  /** In place of what is set for hosts and profiles; what is not set here stays as it is there. */
  readonly settings: GenericSettings;
  /** By host the profiles that are meant; a host that is not in here means all of its own. */
  readonly profiles: ReadonlyMap<string, readonly string[]>;
  /** By host where it is reached, as [user@]address[:port]; a host that is not in here is where its settings say. */
  readonly addresses: ReadonlyMap<string, string>;
}

export const noOverrides: HostOverrides = { settings: {}, profiles: new Map(), addresses: new Map() };

/**
 * A host from its evaluation, as the operator wants it.
 *
 * @throws FlotillaError E_CONFIGURATION as hostFromEvaluation does; E_SELECTION for a profile that the host has not;
 *   E_USAGE for settings of the operator's that cannot be read
 */
export function overriddenHost(
  evaluated: EvaluatedHost,
  outline: Pick<FleetOutline, "plain">,
  { addresses, profiles, settings }: HostOverrides,
): ReturnType<typeof hostFromEvaluation> {
  const wanted = profiles.get(evaluated.name);
  const read = hostFromEvaluation(evaluated, outline, { profiles: wanted ?? null, settings });
  const host = wanted === undefined ? read.host : withProfiles(read.host, wanted);
  // deploy-rs's own settings were merged with these where they were read.
  const set = evaluated.form === "deploy" ? host : withSettings(host, settings);
  const address = addresses.get(evaluated.name);
  return { ...read, host: address === undefined ? set : withAddress(set, address) };
}

function withAddress(host: Host, text: string): Host {
  const address = parseHostAddress(text);
  if (address === null) {
    throw new FlotillaError("E_USAGE", `"${text}" is no address`, { host: host.name, hint: howToWriteAnAddress });
  }
  const { port, user } = address;
  const { deployment } = host;
  return {
    ...host,
    deployment: {
      ...deployment,
      targetHost: address.address,
      targetHosts: [],
      targetUser: user ?? deployment.targetUser,
      targetPort: port ?? deployment.targetPort,
    },
  };
}

function withProfiles(host: Host, wanted: readonly string[]): Host {
  const names = host.profiles.map(({ name }) => name);
  const unknown = wanted.find((name) => !names.includes(name));
  const [first, ...others] = host.profiles.filter(({ name }) => wanted.includes(name));
  if (unknown === undefined && first !== undefined) return { ...host, profiles: [first, ...others] };
  throw new FlotillaError("E_SELECTION", `${host.name} has no profile ${unknown}`, {
    host: host.name,
    step: "evaluate",
    hint: didYouMean(unknown ?? "", names) ?? `it has ${names.join(", ")}`,
  });
}

function withSettings(host: Host, settings: GenericSettings): Host {
  const { fastConnection, sshOpts, sshUser, sudo, user } = settings;
  const { deployment } = host;
  // A system is root's, whoever asks for it.
  const withUser = (profile: Profile): Profile =>
    profile.activator === "nixos" || profile.activator === "darwin"
      ? profile
      : { ...profile, user: user === "root" ? null : (user ?? profile.user) };
  const [first, ...others] = host.profiles;
  return {
    ...host,
    profiles: [withUser(first), ...others.map(withUser)],
    deployment: {
      ...deployment,
      targetUser: sshUser ?? deployment.targetUser,
      sshOptions: [...(sshOpts ?? deployment.sshOptions)],
      privilegeEscalationCommand:
        sudo === undefined || sudo === null ? deployment.privilegeEscalationCommand : elevation(sudo),
      substituteOnDestination:
        fastConnection === undefined || fastConnection === null ? deployment.substituteOnDestination : !fastConnection,
      rollback: rollbackOf(deployment, settings),
    },
  };
}

/** autoRollback is about what fails, magicRollback about who can be reached; a guard that does neither is none. */
function rollbackOf(
  { rollback }: Deployment,
  { autoRollback, magicRollback }: GenericSettings,
): Deployment["rollback"] {
  const auto = autoRollback ?? null;
  return {
    ...rollback,
    enable: (auto ?? rollback.enable) || (magicRollback ?? rollback.enable),
    onFailedUnits: auto === null ? rollback.onFailedUnits : auto ? "rollback" : "ignore",
  };
}

/** `sudo -u` and the like, completed by the user that everything is done as. */
function elevation(sudo: string): string[] {
  try {
    return [...splitShellWords(sudo), "root"];
  } catch (error) {
    if (error instanceof FlotillaError) throw new FlotillaError("E_USAGE", `--sudo: ${error.message}`);
    throw error;
  }
}
