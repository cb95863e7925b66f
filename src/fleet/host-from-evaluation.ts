// From what the evaluation says of a host to a Host: its settings found, checked, and completed.
import type { z } from "zod";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { EvaluatedHost, FleetOutline } from "../nix/nix.ts";
import { attributePath } from "./attribute-name.ts";
import { type DeployRsRequest, deployRsHost, asWritten } from "./deploy-rs/deploy-rs-host.ts";
import { DeclaredProfile, Deployment, healthCheckSettings } from "./deployment.ts";
import type { Host } from "./fleet.ts";
import { keySettingNames } from "./key-settings.ts";
import { hiveSettings } from "./hive-settings.ts";
import { didYouMean } from "./nearest-name.ts";
import { mergePlain } from "./plain-deployment.ts";

/** Where a host's settings are written: the NixOS module, the flake's plain output, or nowhere. */
type Source =
  | { readonly kind: "module"; readonly value: unknown }
  | { readonly kind: "plain"; readonly value: unknown }
  | { readonly kind: "none" };

export interface ReadSettings {
  readonly deployment: Deployment;
  /** What of the configuration flotilla does not do; for the operator. */
  readonly warnings: readonly string[];
}

/**
 * A host from its evaluation. The module's settings win whole; else those of the plain output (hosts.<name> over
 * defaults); else only its name is known, which is then its ssh address. What a node of deploy-rs says wins over the plain
 * output.
 *
 * @throws FlotillaError E_CONFIGURATION naming the host, the option, what was expected and where it is set
 */
export function hostFromEvaluation(
  evaluated: EvaluatedHost,
  { plain }: Pick<FleetOutline, "plain">,
  deployRs: DeployRsRequest = asWritten,
): { readonly host: Host; readonly warnings: readonly string[] } {
  if (evaluated.form === "deploy") {
    const base = plainSettings(evaluated.name, plain);
    return { host: deployRsHost(evaluated, base.deployment, deployRs), warnings: base.warnings };
  }
  const { deployment, warnings } = settingsOf(evaluated, plain);
  const { name, system, version, sshPorts } = evaluated;
  const [first, ...others] = evaluated.profiles.map((profile) => ({ ...profile, specialisation: null }));
  if (first === undefined) {
    throw new FlotillaError("E_CONFIGURATION", `${name} has no profile: nothing would be deployed`, {
      host: name,
      step: "evaluate",
    });
  }
  return { host: { name, system, deployment, profiles: [first, ...others], version, sshPorts }, warnings };
}

function settingsOf(evaluated: EvaluatedHost, plain: FleetOutline["plain"]): ReadSettings {
  const { deployment, form, name } = evaluated;
  if (deployment === null || deployment === undefined) return plainSettings(name, plain);
  return form === "homeConfigurations" ? homeSettings(evaluated, plain) : moduleSettings(evaluated, plain);
}

/** A home has no module: what its reader says is a default like those of the plain output. */
function homeSettings({ deployment, name }: EvaluatedHost, plain: FleetOutline["plain"]): ReadSettings {
  const hosts = plain?.hosts ?? {};
  const settings = plainSettings(name, { hosts, defaults: mergePlain(deployment, plain?.defaults) });
  if (settings.deployment.targetHost !== null || Object.hasOwn(hosts, name)) return settings;
  const warning = `no host is known for homeConfigurations.${name}: call it "USER@HOST", or set flotilla.hosts.${name}.targetHost`;
  return { ...settings, warnings: [...settings.warnings, warning] };
}

function moduleSettings(evaluated: EvaluatedHost, plain: FleetOutline["plain"]): ReadSettings {
  const { form, name } = evaluated;
  const value =
    form === "colmena" || form === "colmenaHive" ? hiveSettings(evaluated.deployment) : evaluated.deployment;
  const settings = readSettings(name, { kind: "module", value });
  if (plain === null || !Object.hasOwn(plain.hosts, name)) return settings;
  const shadowed = plainSettings(name, plain).deployment;
  // Tags are read from the plain output before anything is evaluated: they must not say something else than the module.
  if (shadowed.tags.length > 0 && shadowed.tags.toSorted().join() !== settings.deployment.tags.toSorted().join()) {
    throw new FlotillaError("E_CONFIGURATION", `${name}: deployment.tags and flotilla.hosts give different tags`, {
      host: name,
      step: "evaluate",
      hint: "keep this host's settings in one of the two places",
    });
  }
  const warning = `${name}: imports the deployment module; what flotilla.hosts says of it has no effect`;
  return { ...settings, warnings: [...settings.warnings, warning] };
}

/** The settings that the plain output gives a host; all defaults where there is no such output. */
export function plainSettings(host: HostName, plain: FleetOutline["plain"]): ReadSettings {
  if (plain === null) return readSettings(host, { kind: "none" });
  const own = Object.hasOwn(plain.hosts, host) ? plain.hosts[host] : undefined;
  return readSettings(host, { kind: "plain", value: mergePlain(plain.defaults ?? undefined, own) ?? {} });
}

/**
 * Names in `flotilla.hosts` that are no host of the flake: a typing mistake whose settings would silently be lost.
 *
 * @throws FlotillaError E_CONFIGURATION for the first of them
 */
export function checkPlainNames(outline: FleetOutline): void {
  const names: readonly string[] = outline.members.map(({ name }) => name);
  const unknown = Object.keys(outline.plain?.hosts ?? {}).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new FlotillaError(
    "E_CONFIGURATION",
    `the flake output flotilla.hosts has settings for "${unknown}", which is no host of the fleet`,
    { hint: didYouMean(unknown, names) ?? "take them out, or add the configuration" },
  );
}

function readSettings(host: HostName, source: Source): ReadSettings {
  const parsed = Deployment.safeParse(source.kind === "none" ? {} : source.value);
  if (!parsed.success) throw shapeError(host, source, parsed.error.issues);
  if (source.kind === "plain" && Object.keys(parsed.data.profiles).length > 0) {
    throw new FlotillaError("E_CONFIGURATION", `${host}: profiles cannot be given in the flake output flotilla`, {
      host,
      step: "evaluate",
      hint: "plain data holds no packages: set deployment.profiles in the host's NixOS configuration",
    });
  }
  const targetHost = parsed.data.targetHost === undefined ? host : parsed.data.targetHost;
  return { deployment: { ...parsed.data, targetHost }, warnings: [] };
}

function shapeError(host: HostName, source: Source, issues: readonly z.core.$ZodIssue[]): FlotillaError {
  const complaints = issues.flatMap(leaves).map(describe);
  const first = complaints[0];
  const origin = source.kind === "module" ? "the option " : "";
  const messages = complaints.map(({ path, expected }) => `${origin}${pathOf(source, host, path)}: ${expected}`);
  return new FlotillaError("E_CONFIGURATION", `${host}: ${messages.join("; ")}`, {
    host,
    step: "evaluate",
    hint:
      first?.hint ??
      (source.kind === "module"
        ? "it is set in the host's NixOS configuration"
        : "it is set in the flake output `flotilla`, in hosts or in defaults"),
  });
}

interface Complaint {
  readonly path: readonly PropertyKey[];
  readonly expected: string;
  readonly hint?: string | undefined;
}

/** The complaints of a union's nearest branch in place of "invalid union". */
function leaves(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  const nearest = issue.code === "invalid_union" ? issue.errors[0] : undefined;
  return nearest?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })) ?? [issue];
}

function describe(issue: z.core.$ZodIssue): Complaint {
  if (issue.code !== "unrecognized_keys") return { path: issue.path, expected: issue.message };
  const [unknown = ""] = issue.keys;
  const hint = didYouMean(unknown, knownKeys(issue.path));
  return { path: [...issue.path, unknown], expected: "flotilla knows no such setting", hint };
}

/** The keys that are known where an unknown one was found. */
function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  switch (path[0]) {
    case undefined:
      return Object.keys(Deployment.shape);
    case "rollback":
      return Object.keys(Deployment.shape.rollback.unwrap().shape);
    case "reboot":
      return Object.keys(Deployment.shape.reboot.unwrap().shape);
    case "profiles":
      return Object.keys(DeclaredProfile.shape);
    case "healthChecks":
      return healthCheckSettings;
    case "keys":
      return keySettingNames;
    default:
      return [];
  }
}

/** `deployment.healthChecks[0].url`, as the user would write it. */
function pathOf(source: Source, host: HostName, path: readonly PropertyKey[]): string {
  return attributePath([...(source.kind === "module" ? ["deployment"] : ["flotilla", "hosts", host]), ...path]);
}
