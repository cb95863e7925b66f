// One host with all that an installation needs of it, in one evaluation.
import { z } from "zod";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Runner } from "../process/runner.ts";
import { evaluateHost, HostAnswer } from "./evaluation-process.ts";
import type { FleetSource } from "./fleet-source.ts";
import { fleetForms } from "./forms/fleet-forms.ts";
import { nixString } from "./nix-string.ts";
import { runReader } from "./run-reader.ts";
import type { EvaluatedHost, EvaluatedProfile, FleetMember, NixSettings } from "./nix.ts";

export interface InstallationTools {
  readonly runner: Runner;
  readonly settings: NixSettings;
}

export interface InstallationRequest {
  readonly source: FleetSource;
  readonly member: FleetMember;
  /** Devices in place of those that the layout says, by the names of its disks. */
  readonly disks: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  readonly onLog: (line: string) => void;
}

export interface EvaluatedInstallation {
  /** As `evaluate` gives it. */
  readonly host: EvaluatedHost;
  /** The NixOS system, which of deploy-rs's nodes is not what their profiles hold. */
  readonly system: EvaluatedProfile;
  /** What nix/eval/installation.nix says; parsed in install/. */
  readonly installation: unknown;
}

const Answer = HostAnswer.extend({ installation: z.unknown() });

/**
 * Evaluates a host for its installation. A node of deploy-rs has no configuration of its own: its disks and its system are
 * those of `nixosConfigurations` under the same name.
 *
 * @throws FlotillaError E_EVALUATION; E_NOT_INSTALLABLE for what is no NixOS system
 */
export async function evaluateInstallation(
  tools: InstallationTools,
  request: InstallationRequest,
): Promise<EvaluatedInstallation> {
  const { member } = request;
  if (member.form !== "deploy") return readConfiguration(tools, request, member);
  const { source, signal, onLog } = request;
  const forms = fleetForms();
  const [host, configuration] = await Promise.all([
    evaluateHost({ ...tools, forms }, { source, signal, onLog: (_, line) => onLog(line) }, member),
    readConfiguration(
      tools,
      request,
      { name: member.name, form: "nixosConfigurations" },
      // A file has both as attributes.
      source.kind === "file" ? "value.nixosConfigurations" : "value",
    ).catch((error: unknown) => {
      throw withoutConfiguration(error, member);
    }),
  ]);
  if (host instanceof FlotillaError) throw host;
  return { ...configuration, host };
}

async function readConfiguration(
  tools: InstallationTools,
  { disks, onLog, signal, source }: InstallationRequest,
  { name, form }: FleetMember,
  fleet = "value",
): Promise<EvaluatedInstallation> {
  const { installation: reader, place } = fleetForms()[form];
  if (reader === null) {
    throw new FlotillaError("E_NOT_INSTALLABLE", `${place}.${name} is no NixOS system`, {
      host: name,
      step: "evaluate",
      hint: "an installation is of a host in nixosConfigurations or in a hive",
    });
  }
  const devices = [...disks].map(([disk, device]) => `${nixString(disk)} = ${nixString(device)};`).join(" ");
  const output = await runReader(tools, {
    source,
    name,
    attribute: form,
    reader: `value: (${reader}) { ${devices} } ${fleet} ${nixString(name)}`,
    signal,
    onLine: onLog,
  });
  const answer = Answer.safeParse(JSON.parse(output));
  const system = answer.data?.profiles.find((profile) => profile.name === "system");
  if (answer.success && system !== undefined) {
    const { installation, ...host } = answer.data;
    return { host: { name, form, ...host }, system, installation };
  }
  const why = answer.error === undefined ? "it has no system" : z.prettifyError(answer.error);
  throw new FlotillaError("E_EVALUATION", `${place}.${name} is no configuration of a host: ${why}`, {
    cause: answer.error,
    host: name,
    step: "evaluate",
  });
}

/** A node may well be of something else than a NixOS system of this flake. */
function withoutConfiguration(error: unknown, { name }: FleetMember): unknown {
  if (!(error instanceof FlotillaError)) return error;
  const missing = [
    "does not provide attribute",
    `attribute '${name}' missing`,
    "attribute 'nixosConfigurations' missing",
  ];
  const isMissing = error.log.some((line) => missing.some((words) => line.includes(words)));
  if (!isMissing) return error;
  return new FlotillaError("E_NOT_INSTALLABLE", `deploy.nodes.${name} has no NixOS configuration of its own`, {
    host: name,
    step: "evaluate",
    hint: `give its system as nixosConfigurations.${name}: disks and boot loader are read there`,
    log: error.log,
    cause: error,
  });
}
