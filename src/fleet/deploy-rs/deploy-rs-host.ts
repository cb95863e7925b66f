// A node of deploy-rs as a host: its profiles in their order, and its settings as ours.
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { EvaluatedHost, EvaluatedProfile } from "../../nix/nix.ts";
import { splitShellWords } from "../../ssh/split-shell-words.ts";
import type { Deployment } from "../deployment.ts";
import type { Host, Profile } from "../fleet.ts";
import { didYouMean } from "../nearest-name.ts";
import { atNode, atProfile, settingsOfNode } from "./deploy-rs-error.ts";
import type { DeployRsSettings, GenericSettings } from "./deploy-rs-settings.ts";
import { type MergedSettings, mergeSettings } from "./merge-settings.ts";

/** What the operator says of a run over deploy-rs's nodes. */
export interface DeployRsRequest {
  /** Of the node only the profiles of these names; null: all of them. */
  readonly profiles: readonly string[] | null;
  /** Options that replace what is set at any level. */
  readonly settings: GenericSettings;
}

export const asWritten: DeployRsRequest = { profiles: null, settings: {} };

interface MergedProfile {
  readonly evaluated: EvaluatedProfile;
  readonly settings: MergedSettings;
  readonly user: string;
  readonly profilePath: string | null;
}

/**
 * The host that a node describes.
 *
 * deploy-rs logs in, asks and waits once a profile, flotilla once a host; where profiles of a node differ in that, the
 * login is the one that leads to root, a wait lasts as long as the most patient profile wants it, and what protects the
 * host holds when one of them asks for it.
 *
 * @param base settings that deploy-rs has no words for, such as tags and health checks
 * @throws FlotillaError E_CONFIGURATION naming the option by its path; E_SELECTION for a profile that is not there
 */
export function deployRsHost(evaluated: EvaluatedHost, base: Deployment, request: DeployRsRequest): Host {
  const { name, system, version, sshPorts } = evaluated;
  const settings = settingsOfNode(evaluated);
  const [first, ...others] = profileNames(evaluated, settings, request.profiles).map((profile) =>
    mergedProfile(evaluated, settings, profile, request),
  );
  if (first === undefined) throw atNode(evaluated, "profiles", "there is none, so that nothing would be deployed");
  const merged = [first, ...others] as const;
  return {
    name,
    system,
    version,
    sshPorts,
    deployment: deploymentOf(evaluated, base, settings.node.hostname, merged),
    profiles: [profileOf(first), ...others.map(profileOf)],
  };
}

/** profilesOrder first, then the system, which makes the users that others belong to, then the others by name. */
function profileNames(
  evaluated: EvaluatedHost,
  { node, otherProfiles, profiles }: DeployRsSettings,
  wanted: readonly string[] | null,
): readonly string[] {
  const known = [...Object.keys(profiles), ...otherProfiles];
  const order = node.profilesOrder ?? [];
  const unknown = order.find((profile) => !known.includes(profile));
  if (unknown !== undefined) {
    throw atNode(evaluated, "profilesOrder", `there is no profile ${unknown}`, didYouMean(unknown, known));
  }
  const names = [...new Set([...order, ...known.filter((profile) => profile === "system"), ...known.toSorted()])];
  const missing = wanted?.find((name) => !names.includes(name));
  if (missing === undefined) return names.filter((name) => wanted?.includes(name) ?? true);
  throw new FlotillaError("E_SELECTION", `${evaluated.name} has no profile ${missing}`, {
    host: evaluated.name,
    step: "evaluate",
    hint: didYouMean(missing, known) ?? `it has ${names.join(", ")}`,
  });
}

function mergedProfile(
  evaluated: EvaluatedHost,
  { deploy, node, profiles }: DeployRsSettings,
  name: string,
  request: DeployRsRequest,
): MergedProfile {
  const profile = profiles[name];
  const built = evaluated.profiles.find((candidate) => candidate.name === name);
  if (profile === undefined || built === undefined) {
    throw atProfile(
      evaluated,
      name,
      "path",
      "expected a derivation, or a string made of one and nothing else",
      "flotilla builds what it deploys; activate.nixos and its like make such derivations",
    );
  }
  const settings = mergeSettings([profile, node, deploy], request.settings);
  const user = settings.user ?? settings.sshUser;
  if (user === null) {
    throw atProfile(evaluated, name, "user", "neither user nor sshUser is set", 'a system has user = "root"');
  }
  return { evaluated: built, settings, user, profilePath: profile.profilePath ?? null };
}

function profileOf({ evaluated, user, profilePath }: MergedProfile): Profile {
  return { ...evaluated, user: user === "root" ? null : user, profilePath, specialisation: null };
}

function deploymentOf(
  evaluated: EvaluatedHost,
  base: Deployment,
  targetHost: string,
  profiles: readonly [MergedProfile, ...MergedProfile[]],
): Deployment {
  const all = profiles.map(({ settings }) => settings);
  // Who may become root can be every other user too; the others may be themselves alone.
  const { settings: login } = profiles.find(({ user }) => user === "root") ?? profiles[0];
  return {
    ...base,
    targetHost,
    targetUser: login.sshUser,
    sshOptions: [...login.sshOpts, ...base.sshOptions],
    privilegeEscalationCommand:
      login.sudo === null ? base.privilegeEscalationCommand : elevation(evaluated, login.sudo),
    buildOnTarget: all.some(({ remoteBuild }) => remoteBuild),
    substituteOnDestination: all.some(({ fastConnection }) => !fastConnection),
    activationTimeout: Math.max(...all.map(({ activationTimeout }) => activationTimeout)),
    rollback: {
      // Without magicRollback alone a host is still asked for: that costs one login, and keeps nobody out.
      enable: all.some(({ autoRollback, magicRollback }) => autoRollback || magicRollback),
      confirmTimeout: Math.max(...all.map(({ confirmTimeout }) => confirmTimeout)),
      onFailedUnits: all.some(({ autoRollback }) => autoRollback) ? "rollback" : "ignore",
    },
  };
}

/** `sudo -u` and the like, completed by the user that everything is done as. */
function elevation(evaluated: EvaluatedHost, sudo: string): string[] {
  try {
    return [...splitShellWords(sudo), "root"];
  } catch (error) {
    if (error instanceof FlotillaError) throw atNode(evaluated, "sudo", error.message);
    throw error;
  }
}
