// Lines of the configuration that run before and after a thing is made, with its options as variables, as disko has them (lib/default.nix,
// defineHookVariables; nixpkgs' lib.toShellVars).
import { shellQuote } from "../../domain/shell-quote.ts";
import type { DiskStep } from "../disk-plan.ts";
import { line } from "./words.ts";
import { attributes } from "../walk-layout.ts";

/** Any part of a layout that has hooks. */
export interface Hooked {
  readonly type: string;
  readonly name?: string;
  readonly device?: string;
  readonly preCreateHook: string;
  readonly postCreateHook: string;
}

/** The steps with the hooks of what they make around them. */
export function withHooks(part: Hooked, steps: readonly DiskStep[]): readonly DiskStep[] {
  return [
    ...hookStep("before", part, part.preCreateHook, "make"),
    ...steps,
    ...hookStep("after", part, part.postCreateHook, "make"),
  ];
}

/**
 * The step of one hook; none where it is empty.
 * @param part what it belongs to; its options become variables
 */
export function hookStep(
  when: "before" | "after",
  part: Pick<Hooked, "type" | "name" | "device">,
  lines: string,
  doing: "make" | "mount" | "unmount",
): readonly DiskStep[] {
  if (lines.trim() === "") return [];
  const { bash, sh } = hookVariables(part);
  return [
    {
      kind: "hook",
      title: `run your lines ${when} ${doings[doing]} ${[part.type, part.name ?? part.device ?? ""].join(" ").trim()}`,
      device: null,
      commands: [line("hook", bash, sh, lines)],
    },
  ];
}

const doings = { make: "making", mount: "mounting", unmount: "unmounting" } as const;

/** The options of a part as variables: for bash, in which lists are arrays, and for a shell that has none. */
export function hookVariables(part: object): { readonly bash: string; readonly sh: string } {
  const variables = attributes({ ...part }).filter(([name, value]) => isVariable(name, value));
  return {
    bash: variables.map(([name, value]) => bashVariable(name.replaceAll("-", "_"), value)).join("\n"),
    sh: variables.map(([name, value]) => `${name.replaceAll("-", "_")}=${quoted(flat(value))}`).join("\n"),
  };
}

/** Parts of their own are none: they have hooks themselves. */
const isVariable = (name: string, value: unknown): boolean =>
  /^[A-Za-z][A-Za-z0-9_-]*$/u.test(name) &&
  !name.endsWith("Hook") &&
  !["content", "partitions", "datasets", "swap", "mode", "lvs", "subvolumes"].includes(name) &&
  value !== undefined;

function bashVariable(name: string, value: unknown): string {
  if (Array.isArray(value)) return `declare -a ${name}=(${value.map((item) => quoted(text(item))).join(" ")})`;
  if (typeof value === "object" && value !== null) {
    const entries = attributes({ ...value }).map(([key, item]) => `[${quoted(key)}]=${quoted(text(item))}`);
    return `declare -A ${name}=(${entries.join(" ")})`;
  }
  return `${name}=${quoted(text(value))}`;
}

function flat(value: unknown): string {
  if (Array.isArray(value)) return value.map(text).join(" ");
  if (typeof value === "object" && value !== null) return Object.values(value).map(text).join(" ");
  return text(value);
}

/** As Nix's toString has it. */
function text(value: unknown): string {
  if (value === null || value === undefined || value === false) return "";
  if (value === true) return "1";
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  return JSON.stringify(value);
}

const quoted = (word: string): string => shellQuote([word]);
