// The pages that --help prints and docs/cli.md shows: made from the commands themselves, so they cannot say anything else.
import { styleText } from "node:util";
import type { DocumentedCommand } from "../command.ts";
import { colmenaFlags } from "../flags/colmena-flags.ts";
import {
  buildFlags,
  copyFlags,
  keyFlags,
  planFlags,
  reachFlags,
  riskFlags,
  safetyFlags,
} from "../flags/deploy-flags.ts";
import { deployFlakeFlags } from "../flags/deploy-flake-flags.ts";
import { deployRsFlags } from "../flags/deploy-rs-flags.ts";
import { loginFlags } from "../flags/login-flags.ts";
import { sameFlag } from "../spellings.ts";
import { nixFlags, selectionFlags } from "../flags/fleet-flags.ts";
import { extraFlags, installBuildFlags, installerFlags, machineLoginFlags } from "../flags/install-flags.ts";
import { allLimitFlags } from "../flags/limit-flags.ts";
import { listFlags, viewFlags } from "../flags/output-flags.ts";
import { rows } from "./rows.ts";

/** Shared flags stand under the heading of their kind, a command's own before them. */
const headings: readonly (readonly [string, readonly string[]])[] = [
  ["Hosts", Object.keys(selectionFlags)],
  ["Looking first", Object.keys(planFlags)],
  ["Safety", [...Object.keys(safetyFlags), ...Object.keys(riskFlags)]],
  ["Into the installer and out of it", Object.keys(installerFlags)],
  ["On the disks beside the system", Object.keys(extraFlags)],
  [
    "Login",
    [
      ...Object.keys(machineLoginFlags),
      ...Object.keys(reachFlags).filter((name) => name === "targetHost"),
      ...Object.keys(loginFlags),
    ],
  ],
  [
    "Building and copying",
    [
      ...Object.keys(buildFlags),
      ...Object.keys(reachFlags).filter((name) => name !== "targetHost"),
      ...Object.keys(copyFlags),
      ...Object.keys(keyFlags),
      // What other runs have by the same name stands with theirs.
      ...Object.keys(installBuildFlags).filter((name) => name !== "buildOn" && name !== "from"),
    ],
  ],
  ["Limits", Object.keys(allLimitFlags)],
  ["Nix", Object.keys(nixFlags)],
  ["Output", [...Object.keys(viewFlags), ...Object.keys(listFlags)]],
  ["As colmena has them", Object.keys(colmenaFlags)],
  ["As deploy-rs has them", Object.keys(deployRsFlags)],
  ["As deploy-flake has them", Object.keys(deployFlakeFlags)],
];

type Flags = NonNullable<DocumentedCommand["command"]["parameters"]["flags"]>;
type Flag = Flags[string];

/** The page of one command. */
export function commandPage(name: string, { command, usage, examples }: DocumentedCommand, colours: boolean): string {
  const { flags: allFlags = {}, aliases = {}, positional } = command.parameters;
  const flags = Object.fromEntries(Object.entries(allFlags).filter(([, flag]) => !isHidden(flag)));
  const shared = new Set(headings.flatMap(([, names]) => names));
  const own = Object.keys(flags).filter((flag) => !shared.has(flag));
  const arguments_ =
    positional === undefined ? [] : positional.kind === "array" ? [positional.parameter] : positional.parameters;

  const flagRow = (flag: string): readonly [string, string] => {
    const definition = flags[flag];
    const short = Object.entries(aliases).find(([, long]) => long === flag)?.[0];
    return [
      `${short === undefined ? "    " : `-${short}, `}--${kebab(flag)}${placeholder(definition)}`,
      `${definition?.brief ?? ""}${defaultOf(definition)}${otherNames(kebab(flag), allFlags)}`,
    ];
  };
  const flagSection = (heading: string, names: readonly string[]) =>
    section(heading, names.filter((flag) => flag in flags).map(flagRow));

  return page(colours, [
    [
      "",
      [`Usage: ${["flotilla", name, usage, Object.keys(flags).length > 0 ? "[FLAGS]" : ""].filter(Boolean).join(" ")}`],
    ],
    ["", (command.fullDescription ?? command.brief).split("\n")],
    ["Examples", examples.flatMap(({ input, brief }) => [`  flotilla ${name} ${input}`.trimEnd(), `      ${brief}`])],
    section(
      "Arguments",
      arguments_.map(({ placeholder = "", brief, default: value }) => [
        placeholder,
        value === undefined ? brief : `${brief} (default: ${value})`,
      ]),
    ),
    flagSection("Flags", own),
    ...headings.map(([heading, names]) => flagSection(heading, [...new Set(names)])),
    section("Help", [["-h, --help", "Print this help"]]),
  ]);
}

/** The page of the first word of commands of two words. */
export function groupPage(
  group: string,
  brief: string,
  commands: Readonly<Record<string, DocumentedCommand>>,
  colours: boolean,
): string {
  return page(colours, [
    ["", [`Usage: flotilla ${group} COMMAND [ARGUMENTS] [FLAGS]`]],
    ["", [brief]],
    section(
      "Commands",
      Object.entries(commands)
        .filter(([name]) => name.startsWith(`${group} `))
        .map(([name, { command }]) => [name, command.brief]),
    ),
    section("Flags", [["-h, --help", "Print this help, or a command's with its flags and examples"]]),
  ]);
}

/** The page that `flotilla` alone prints. */
export function overviewPage(commands: Readonly<Record<string, DocumentedCommand>>, colours: boolean): string {
  return page(colours, [
    ["", ["Deploys fleets of NixOS machines over ssh: in parallel, reversibly, and truthfully."]],
    ["", ["Usage: flotilla COMMAND [ARGUMENTS] [FLAGS]"]],
    section(
      "Commands",
      Object.entries(commands).map(([name, { command }]) => [name, command.brief]),
    ),
    section("Flags", [
      ["-h, --help", "Print this help, or a command's with its flags and examples"],
      ["    --version", "Print the version"],
    ]),
    [
      "A first time",
      [
        "  flotilla doctor              is all here that it needs?",
        "  flotilla deploy --dry-run    what would stand in the way, without changing anything",
        "  flotilla deploy --on web-1   one host",
      ],
    ],
  ]);
}

type Section = readonly [heading: string, lines: readonly string[]];

const section = (heading: string, entries: readonly (readonly [string, string])[]): Section => [heading, rows(entries)];

function page(colours: boolean, sections: readonly Section[]): string {
  const bold = (heading: string) => (colours ? styleText("bold", heading, { validateStream: false }) : heading);
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([heading, lines]) => `${[...(heading === "" ? [] : [bold(heading)]), ...lines].join("\n")}\n`)
    .join("\n");
}

const isHidden = (flag: Flag): boolean => "hidden" in flag && flag.hidden;

/** What else a flag is called, where that is no flag of its own. */
function otherNames(flag: string, flags: Flags): string {
  const own = new Set(Object.keys(flags).map((name) => `--${kebab(name)}`));
  const others = Object.entries(sameFlag).flatMap(([other, same]) =>
    same === `--${flag}` && !own.has(other) ? [other] : [],
  );
  return others.length === 0 ? "" : `; also ${others.join(", ")}`;
}

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const placeholder = (flag: Flag | undefined): string =>
  flag?.kind === "enum"
    ? ` ${flag.values.join("|")}`
    : flag?.kind === "parsed" && flag.placeholder !== undefined
      ? ` ${flag.placeholder}`
      : "";

const defaultOf = (flag: Flag | undefined): string =>
  flag?.kind === "parsed" && typeof flag.default === "string" ? ` (default: ${flag.default})` : "";
