// disko.devices as JSON -> a layout that can be made: filled in where it is as a person writes it, parsed, and checked for what a schema cannot say.
import type { z } from "zod";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { DiskLayout } from "./layout.ts";
import { argumentMistakes } from "./mistakes/argument-mistakes.ts";
import { groupMistakes } from "./mistakes/group-mistakes.ts";
import { mistake, optionPath, shown, type LayoutMistake } from "./mistakes/mistake.ts";
import { mountMistakes } from "./mistakes/mount-mistakes.ts";
import { nameMistakes } from "./mistakes/name-mistakes.ts";
import { partitionMistakes } from "./mistakes/partition-mistakes.ts";
import { resolveLayout } from "./resolve-layout.ts";

/**
 * The layout of a configuration.
 *
 * @param json disko.devices as Nix prints it: resolved by disko or by our module, or as a person writes it (diskoConfigurations, a file)
 * @param where the option, as the operator knows it: "disko.devices", "diskoConfigurations.web.disko.devices"
 * @throws FlotillaError E_DISK_LAYOUT naming the first mistake by its option; all of them are in its log
 * @example readLayout(JSON.parse(text), "disko.devices").disk["main"]?.device // "/dev/vda"
 */
export function readLayout(json: unknown, where: string): DiskLayout {
  const prepared = prototypeMistakes(json, []);
  if (prepared.length > 0) throw layoutError(prepared, where);
  const resolved = resolveLayout(json);
  const parsed = DiskLayout.safeParse(resolved);
  if (!parsed.success) throw layoutError(parsed.error.issues.map(issueMistake), where);
  const mistakes = [...unknownOptions(resolved, parsed.data), ...layoutMistakes(parsed.data)];
  if (mistakes.length > 0) throw layoutError(mistakes, where);
  return parsed.data;
}

/** Everything that keeps a layout from being made. */
export function layoutMistakes(layout: DiskLayout): readonly LayoutMistake[] {
  return [
    ...nameMistakes(layout),
    ...partitionMistakes(layout),
    ...groupMistakes(layout),
    ...mountMistakes(layout),
    ...argumentMistakes(layout),
  ];
}

function layoutError(mistakes: readonly LayoutMistake[], where: string): FlotillaError {
  const lines = mistakes.map(
    ({ message, path }) => `${[where, optionPath(path)].filter(Boolean).join(".")}: ${message}`,
  );
  const more = mistakes.length > 1 ? ` (and ${mistakes.length - 1} more)` : "";
  return new FlotillaError("E_DISK_LAYOUT", `${lines[0]}${more}`, {
    hint: mistakes[0]?.hint,
    log: mistakes.length > 1 ? lines : [],
  });
}

function issueMistake({ message, path }: z.core.$ZodIssue): LayoutMistake {
  return mistake(path.map(String), message, "see disko's reference for what the option takes");
}

/** JavaScript has a meaning of its own for these names; a disk of such a name would be lost on the way. */
const lostNames = new Set(["__proto__", "constructor", "prototype"]);

function prototypeMistakes(value: unknown, path: readonly string[]): readonly LayoutMistake[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => prototypeMistakes(item, [...path, String(index)]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    lostNames.has(name)
      ? [mistake([...path, name], "nothing can be called that", "take another name")]
      : prototypeMistakes(inner, [...path, name]),
  );
}

/** A word that no option is called by: in a layout that a person has written, a slip. disko itself has refused it in one that it has resolved. */
function unknownOptions(resolved: unknown, parsed: DiskLayout): readonly LayoutMistake[] {
  return isResolvedByDisko(resolved) ? [] : unknownIn(resolved, parsed, []);
}

const isResolvedByDisko = (layout: unknown): boolean =>
  isSet(layout) &&
  Object.values(layout)
    .filter(isSet)
    .flatMap((devices) => Object.values(devices))
    .every((device) => isSet(device) && ["preCreateHook", "postUnmountHook"].every((hook) => hook in device));

function unknownIn(resolved: unknown, parsed: unknown, path: readonly string[]): readonly LayoutMistake[] {
  if (Array.isArray(resolved) && Array.isArray(parsed)) {
    return resolved.flatMap((item, index) => unknownIn(item, parsed[index], [...path, String(index)]));
  }
  if (!isSet(resolved) || !isSet(parsed)) return [];
  return Object.entries(resolved).flatMap(([name, value]) => {
    if (name in parsed) return unknownIn(value, parsed[name], [...path, name]);
    // disko's own, and the types of what can be of one type only.
    if (name.startsWith("_") || name === "type") return [];
    return [
      mistake(
        [...path, name],
        `there is no option ${shown(name)}`,
        `the options here are ${Object.keys(parsed).join(", ")}`,
      ),
    ];
  });
}

const isSet = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
