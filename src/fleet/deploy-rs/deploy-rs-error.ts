// What is wrong with a node, named by its path in the user's file: deploy.nodes."web.example".profiles.system.path
import type { z } from "zod";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { HostName } from "../../domain/host-name.ts";
import type { EvaluatedHost } from "../../nix/nix.ts";
import { attributePath } from "../attribute-name.ts";
import { didYouMean } from "../nearest-name.ts";
import { DeployRsSettings, knownOptions } from "./deploy-rs-settings.ts";

type Node = Pick<EvaluatedHost, "name">;

/**
 * The settings of a node, checked.
 *
 * @throws FlotillaError E_CONFIGURATION with every option that is not as it has to be
 */
export function settingsOfNode({ name, deployment }: Pick<EvaluatedHost, "name" | "deployment">): DeployRsSettings {
  const parsed = DeployRsSettings.safeParse(deployment, { reportInput: true });
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.flatMap((issue) => complaintsOf(name, issue));
  throw new FlotillaError("E_CONFIGURATION", complaints.map(({ message }) => message).join("; "), {
    host: name,
    step: "evaluate",
    hint: complaints.find(({ hint }) => hint !== undefined)?.hint,
  });
}

/** An error in an option of the node itself. */
export const atNode = ({ name }: Node, option: string, message: string, hint?: string): FlotillaError =>
  new FlotillaError("E_CONFIGURATION", `${placeOf(name, ["node", option])}: ${message}`, {
    host: name,
    step: "evaluate",
    hint,
  });

/** An error in an option of one of its profiles. */
export const atProfile = (
  { name }: Node,
  profile: string,
  option: string,
  message: string,
  hint?: string,
): FlotillaError =>
  new FlotillaError("E_CONFIGURATION", `${placeOf(name, ["profiles", profile, option])}: ${message}`, {
    host: name,
    step: "evaluate",
    hint,
  });

interface Complaint {
  readonly message: string;
  readonly hint?: string | undefined;
}

function complaintsOf(name: HostName, issue: z.core.$ZodIssue): readonly Complaint[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((option) => ({
      message: `${placeOf(name, [...path, option])}: deploy-rs has no such option`,
      hint: didYouMean(option, knownAt(path[0])),
    }));
  }
  return [{ message: `${placeOf(name, path)}: ${wordsOf(issue)}` }];
}

/** In the terms of Nix, where zod's own are JavaScript's. */
function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => message).join("; ");
  if (issue.code !== "invalid_type") return issue.message;
  if (issue.input === undefined) return "it is missing";
  return `expected ${termOf(issue.expected)}, and it is ${describeValue(issue.input)}`;
}

function termOf(type: string): string {
  switch (type) {
    case "object":
    case "record":
      return "a set";
    case "array":
      return "a list";
    case "boolean":
      return "true or false";
    case "int":
      return "a whole number";
    default:
      return `a ${type}`;
  }
}

function describeValue(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object") return typeof value === "boolean" ? String(value) : `a ${typeof value}`;
  // nix/eval/deploy-host.nix puts this in a function's place.
  return "function" in value ? "a function" : "a set";
}

const knownAt = (level: PropertyKey | undefined): readonly string[] =>
  level === "deploy" || level === "node" || level === "profiles" ? knownOptions[level] : [];

/** As the user would write it. */
function placeOf(name: HostName, [level, ...path]: readonly PropertyKey[]): string {
  const root = level === "deploy" ? ["deploy"] : ["deploy", "nodes", name, ...(level === "profiles" ? [level] : [])];
  return attributePath([...root, ...path]);
}
