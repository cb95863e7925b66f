// The reference pages under docs/ that the program itself knows best; test/cli/docs.test.ts fails when one is stale.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { commands } from "../src/cli/commands.ts";
import { exitStatusOfError } from "../src/cli/exit-status-of-error.ts";
import { commandPage, overviewPage } from "../src/cli/help/help-page.ts";
import { sameCommand, sameFlag } from "../src/cli/spellings.ts";
import { type ErrorCode, errorCodes } from "../src/domain/error-codes.ts";
import { eventVersion, RunEvent } from "../src/domain/event.ts";
import { FlotillaError } from "../src/domain/flotilla-error.ts";
import { exitStatus, isSuccess, Outcome } from "../src/domain/outcome.ts";

const generated = (source: string): string => `<!-- Generated from ${source} by \`npm run docs\`. -->`;

const page = (...parts: readonly string[]): string => `${parts.join("\n\n")}\n`;

const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string =>
  [headings, headings.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const code = (word: string | number): string => `\`${word}\``;

const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

/** Own keys with their types, which Object.keys forgets. */
const isErrorCode = (word: string): word is ErrorCode => word in errorCodes;

function commandsPage(): string {
  return page(
    generated("src/cli/commands/"),
    "# Commands",
    "Results go to stdout, the view and errors to stderr. What the exit status means is in [exit-status.md](exit-status.md),\n" +
      "what the error codes mean in [errors.md](errors.md).",
    fenced("text", overviewPage(commands, false)),
    ...Object.entries(commands).flatMap(([name, command]) => [
      `## flotilla ${name}`,
      fenced("text", commandPage(name, command, false)),
    ]),
    "## Other names",
    "What people know from other tools is taken as well, also by completion. `-f`, `--show-trace`, `--impure`, `--nix-option` and\n" +
      "`--color auto|always|never` may stand in front of the command.",
    table(
      ["Written", "Means"],
      [...Object.entries(sameCommand), ...Object.entries(sameFlag)].map(([other, ours]) => [code(other), code(ours)]),
    ),
    "## Environment",
    table(
      ["Variable", "Meaning"],
      [
        [code("NO_COLOR"), "No colours, whatever its value ([no-color.org](https://no-color.org))."],
        [code("FORCE_COLOR"), "Colours also where no terminal is."],
        [code("SSH_CONFIG_FILE"), "The configuration that ssh reads instead of `~/.ssh/config`."],
        [code("NIX_SSHOPTS"), "More words for every ssh, as with Nix itself."],
        [code("XDG_STATE_HOME"), "Where the history is kept, in `flotilla/` (default: `~/.local/state`)."],
        [code("XDG_CACHE_HOME"), "Where evaluations and completions are kept, in `flotilla/` (default: `~/.cache`)."],
        [code("XDG_RUNTIME_DIR"), "Where the sockets of connections are while they are open."],
      ],
    ),
  );
}

function errorsPage(): string {
  return page(
    generated("src/domain/error-codes.ts"),
    "# Error codes",
    "Every error carries a code. Codes are stable: scripts may match on them. They stand in the terminal, in the events of\n" +
      "`--json` (`reason.code`) and in the history alike.",
    table(
      ["Code", "Meaning"],
      Object.entries(errorCodes).map(([name, meaning]) => [code(name), meaning]),
    ),
  );
}

const exitStatusMeanings: Readonly<Record<keyof typeof exitStatus, string>> = {
  success: "Every host ended as asked.",
  failure: "Some host did not end as asked.",
  usage: "The command line was not understood, or names what does not exist. Nothing was done.",
  refused: "A check said no, for every host that did not end as asked. Nothing was changed on them.",
  unreachable: "No host could be reached. Nothing was attempted.",
  bug: "The program met a case it was not made for. Please report it.",
  interrupted: "The operator interrupted the run.",
};

function exitStatusPage(): string {
  const codesOf = (status: number) =>
    Object.keys(errorCodes)
      .filter(isErrorCode)
      .filter((name) => exitStatusOfError(new FlotillaError(name, "")) === status);
  const isMeaning = (word: string): word is keyof typeof exitStatus => word in exitStatusMeanings;
  return page(
    generated("src/domain/outcome.ts and src/cli/exit-status-of-error.ts"),
    "# Exit status",
    table(
      ["Status", "Meaning"],
      Object.entries(exitStatus).map(([name, status]) => [
        code(status),
        isMeaning(name) ? exitStatusMeanings[name] : "",
      ]),
    ),
    "It is the same with pipes: a reader that goes away (`flotilla deploy --json | head`) neither ends the run nor changes it.\n" +
      "`flotilla ssh` exits with the status of ssh. `flotilla rebuild` exits as `nixos-rebuild` does: with 4 where units failed,\n" +
      "with 100 where only a reboot brings the new system, otherwise with 1 where it did not end as asked.",
    "## After a run",
    `Every host of a run ends in one outcome. As asked are ${list(Outcome.options.filter(isSuccess))}; not as asked are\n` +
      `${list(Outcome.options.filter((outcome) => !isSuccess(outcome)))}.`,
    "## Without a run",
    "Where a command ends before any host has its turn, the error's code decides; every other code gives `1`.",
    table(
      ["Status", "Codes"],
      Object.values(exitStatus)
        .filter((status) => status > 1 && codesOf(status).length > 0)
        .map((status) => [code(status), codesOf(status).map(code).join(" ")]),
    ),
  );
}

const list = (words: readonly string[]): string => words.map(code).join(", ");

/** Readers must take fields that they do not know, so the schema forbids none: "input" leaves that open. */
const eventsSchema = () => z.toJSONSchema(RunEvent, { io: "input" });

const schemaPage = (): string =>
  `${JSON.stringify({ title: `flotilla events, version ${eventVersion}`, ...eventsSchema() }, null, 2)}\n`;

/** The parts of JSON Schema that our events use. */
const Schema = z.object({
  get oneOf() {
    return z.array(Schema).optional();
  },
  get anyOf() {
    return z.array(Schema).optional();
  },
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.json().optional(),
  enum: z.array(z.json()).optional(),
  format: z.string().optional(),
  description: z.string().optional(),
  get items() {
    return Schema.optional();
  },
  get properties() {
    return z.record(z.string(), Schema).optional();
  },
  get additionalProperties() {
    return Schema.optional();
  },
  required: z.array(z.string()).optional(),
});
type Schema = z.infer<typeof Schema>;

function eventsPage(): string {
  const events = Schema.parse(eventsSchema()).oneOf ?? [];
  const common = new Set(["schema", "run", "at", "type"]);
  const rows = (event: Schema, wanted: (field: string) => boolean) =>
    Object.entries(event.properties ?? {})
      .filter(([field]) => wanted(field))
      .map(([field, schema]) => [
        `${code(field)}${event.required?.includes(field) ? "" : " (optional)"}`,
        typeName(schema).replaceAll("|", "\\|"),
        schema.description ?? "",
      ]);
  const [first = {}] = events;
  return page(
    generated("src/domain/event.ts"),
    "# Events",
    "`flotilla deploy --json` prints one event a line on stdout, as does every other run: `build`, `push`, `rollback`, `attach`.\n" +
      `This is version ${eventVersion} of them; [events.schema.json](events.schema.json) is the same as a JSON Schema. Within a version\n` +
      "fields and types of events are added, never changed or taken away: skip what you do not know.",
    fenced("sh", `flotilla deploy --json | jq -r 'select(.type == "host-finished") | [.host, .outcome] | @tsv'`),
    "Every event has these fields:",
    table(
      ["Field", "Type", "Meaning"],
      rows(first, (field) => common.has(field) && field !== "type").concat([
        ["`type`", events.map((event) => typeName(event.properties?.["type"] ?? {})).join(" \\| "), "what happened"],
      ]),
    ),
    ...events.flatMap((event) => [
      `## ${JSON.parse(typeName(event.properties?.["type"] ?? {}))}`,
      table(
        ["Field", "Type", "Meaning"],
        rows(event, (field) => !common.has(field)),
      ),
    ]),
  );
}

/** A schema as people write types. */
function typeName(schema: Schema): string {
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return variants.map(typeName).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.properties !== undefined) {
    const fields = Object.entries(schema.properties).map(
      ([field, type]) => `${field}${schema.required?.includes(field) ? "" : "?"}: ${typeName(type)}`,
    );
    return `{ ${fields.join(", ")} }`;
  }
  if (schema.items !== undefined) return `list of ${typeName(schema.items)}`;
  if (schema.additionalProperties !== undefined) return `object of ${typeName(schema.additionalProperties)}`;
  return schema.format ?? [schema.type ?? "anything"].flat().join(" | ");
}

/** Every generated page, by its path from the repository's root. */
export const generatedDocs = (): Readonly<Record<string, string>> => ({
  "docs/cli.md": commandsPage(),
  "docs/errors.md": errorsPage(),
  "docs/exit-status.md": exitStatusPage(),
  "docs/events.md": eventsPage(),
  "docs/events.schema.json": schemaPage(),
});

if (import.meta.main) {
  for (const [path, text] of Object.entries(generatedDocs())) {
    writeFileSync(join(import.meta.dirname, "..", path), text);
  }
}
