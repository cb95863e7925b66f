// The names of a fleet's hosts and what belongs to all of them, without evaluating any host.
import { z } from "zod";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import type { Runner } from "../process/runner.ts";
import { evaluationCommand } from "./evaluation-command.ts";
import type { LockedFlake } from "./fleet-source.ts";
import { FleetFormName, type FleetForms } from "./forms/fleet-form.ts";
import { ownForms, precedence } from "./forms/fleet-forms.ts";
import type { FleetMember, FleetOutline, NixSettings, OutlineRequest } from "./nix.ts";
import { nixFailure } from "./nix-failure.ts";
import type { NixVersion } from "./nix-version.ts";

const FormOutline = z.object({ names: z.array(z.string()), settings: z.unknown() });
const FormOutlines = z.partialRecord(FleetFormName, FormOutline);
type FormOutlines = z.infer<typeof FormOutlines>;

/** What the reader of all outputs makes. */
const Outline = z.object({
  outputs: z.array(z.string()),
  /** Of the forms that are read. */
  outlines: FormOutlines,
  flotilla: z.unknown(),
});
type Outline = z.infer<typeof Outline>;

const Plain = z.strictObject({
  hosts: z.record(z.string(), z.unknown()).default({}),
  defaults: z.unknown().default({}),
});

export interface OutlineTools {
  readonly runner: Runner;
  readonly settings: NixSettings;
  readonly version: NixVersion;
  readonly forms: FleetForms;
}

/** Reads the outline. @throws FlotillaError E_NO_FLEET where nothing there is a fleet, E_CONFIGURATION for a misshapen `flotilla` */
export async function outlineFleet(tools: OutlineTools, request: OutlineRequest): Promise<FleetOutline> {
  const { source } = request;
  return source.kind === "flake" ? outlineFlake(tools, request, source) : outlineFile(tools, request);
}

/** One evaluation; before Nix 2.19, which cannot name all outputs at once, one an output, beside each other. */
async function outlineFlake(tools: OutlineTools, request: OutlineRequest, flake: LockedFlake): Promise<FleetOutline> {
  const { outputs, outlines, flotilla } = namesAllOutputs(tools.version)
    ? Outline.parse(await evaluate(tools, request, ".", outlineReader(tools.forms, request.form)))
    : await readApart(tools, request);
  if (Object.keys(outlines).length === 0) {
    const wanted = request.form === null ? `none of ${FleetFormName.options.join(", ")}` : `no ${request.form}`;
    throw new FlotillaError("E_NO_FLEET", `${flake.reference} has ${wanted}`, {
      hint: outputs.length > 0 ? `it has ${outputs.join(", ")}` : "nix flake show lists what it has",
    });
  }
  const present = FleetFormName.options.filter((name) => outputs.includes(name));
  return {
    ...outlineOf(outlines, (form) => tools.forms[form].place),
    otherForms: present.filter((name) => outlines[name] === undefined),
    plain: flotilla === null || flotilla === undefined ? null : parsePlain(flotilla),
  };
}

/** A file that has deploy-rs's nodes is read for them, any other is a hive, unless the operator says otherwise. */
async function outlineFile(tools: OutlineTools, request: OutlineRequest): Promise<FleetOutline> {
  const { forms } = tools;
  const outlineAs = (name: FleetFormName): string => `{ ${name} = (${forms[name].outline}) value; }`;
  const isDeploy = "builtins.isAttrs value && builtins.isAttrs (value.deploy or null) && value.deploy ? nodes";
  const reader =
    request.form === null
      ? `value: if ${isDeploy} then ${outlineAs("deploy")} else ${outlineAs("colmena")}`
      : `value: ${outlineAs(request.form)}`;
  const outlines = FormOutlines.parse(await evaluate(tools, request, "", reader));
  // A hive in a file is what the file evaluates to, without a name.
  const placeOf = (form: FleetFormName): string | null => (form === "colmena" ? null : forms[form].place);
  return { ...outlineOf(outlines, placeOf), otherForms: [], plain: null };
}

function outlineOf(
  outlines: FormOutlines,
  placeOf: (form: FleetFormName) => string | null,
): Pick<FleetOutline, "members" | "ignoredNames" | "settings"> {
  const forms = FleetFormName.options.flatMap((form) => {
    const outline = outlines[form];
    return outline === undefined ? [] : [{ form, ...outline }];
  });
  const members = forms.flatMap(({ form, names }) =>
    names.flatMap((text) => {
      const name = HostName.safeParse(text).data;
      return name === undefined ? [] : [{ name, form }];
    }),
  );
  checkNames(members);
  return {
    members,
    ignoredNames: forms.flatMap(({ form, names }) =>
      names
        .filter((name) => !HostName.safeParse(name).success)
        .map((name) => [placeOf(form) ?? [], JSON.stringify(name)].flat().join(".")),
    ),
    settings: Object.fromEntries(forms.map(({ form, settings }) => [form, settings ?? null])),
  };
}

/** @throws FlotillaError E_CONFIGURATION where two forms that are read together have a host of one name */
function checkNames(members: readonly FleetMember[]): void {
  const forms = new Map<string, FleetFormName>();
  for (const { name, form } of members) {
    const other = forms.get(name);
    if (other !== undefined) {
      throw new FlotillaError("E_CONFIGURATION", `${name} is in ${other} and in ${form}: which of them is meant?`, {
        hint: `give each host a name of its own, or read one output: --from ${other}`,
      });
    }
    forms.set(name, form);
  }
}

/** A function of all outputs; the forms that were not asked for are not looked at. */
export function outlineReader(forms: FleetForms, wanted: FleetFormName | null): string {
  const known = Object.values(forms)
    .map(({ name, outline }) => `${name} = (${outline});`)
    .join("\n");
  const namesIn = (row: readonly FleetFormName[]): string => `[ ${row.map((name) => `"${name}"`).join(" ")} ]`;
  return `outputs:
let
  readers = {
${known}
  };
  present = builtins.filter (name: outputs ? \${name} && readers ? \${name});
  rows = builtins.filter (row: row != [ ]) (map present [ ${precedence.map(namesIn).join(" ")} ]);
  ownRow = present ${namesIn(ownForms)};
  row =
    ${
      wanted === null
        ? `if outputs ? flotilla && ownRow != [ ] then ownRow else if rows == [ ] then [ ] else builtins.head rows`
        : `present ${namesIn([wanted])}`
    };
in
{
  outputs = builtins.attrNames outputs;
  outlines = builtins.listToAttrs (map (name: { inherit name; value = readers.\${name} outputs.\${name}; }) row);
  flotilla = outputs.flotilla or null;
}`;
}

/** `FLAKE#.` is all of its outputs since Nix 2.19; Lix counts on from 2.90 and came from 2.18, without it. */
function namesAllOutputs({ text, major, minor }: NixVersion): boolean {
  return !text.includes("Lix") && (major > 2 || minor >= 19);
}

async function readApart(tools: OutlineTools, request: OutlineRequest): Promise<Outline> {
  const { forms } = tools;
  const [flotilla, ...all] = await Promise.all([
    unlessMissing(evaluate(tools, request, "flotilla", "settings: settings")),
    ...Object.values(forms).map(async ({ name, outline }) => {
      const found = await unlessMissing(evaluate(tools, request, name, outline));
      return found === null ? null : { name, outline: FormOutline.parse(found) };
    }),
  ]);
  const present = all.filter((entry) => entry !== null);
  const first = precedence.map((row) => present.filter(({ name }) => row.includes(name))).find((row) => row.length > 0);
  const own = present.filter(({ name }) => ownForms.includes(name));
  const preferred = flotilla !== null && own.length > 0 ? own : (first ?? []);
  const row = request.form === null ? preferred : present.filter(({ name }) => name === request.form);
  return {
    outputs: present.map(({ name }) => name),
    outlines: Object.fromEntries(row.map(({ name, outline }) => [name, outline])),
    flotilla,
  };
}

async function evaluate(
  { runner, settings }: OutlineTools,
  { source, signal }: OutlineRequest,
  attribute: string,
  reader: string,
): Promise<unknown> {
  const result = await runner.run(evaluationCommand(settings, source, attribute, reader), { signal });
  if (result.exitCode === 0) return JSON.parse(result.stdout) as unknown;
  throw nixFailure(result, {
    fallback: "E_EVALUATION",
    what: `${source.reference} does not evaluate`,
    place: "here",
    showTrace: settings.showTrace,
  });
}

async function unlessMissing(value: Promise<unknown>): Promise<unknown> {
  try {
    return await value;
  } catch (error) {
    if (error instanceof FlotillaError && error.log.some((line) => line.includes("does not provide attribute")))
      return null;
    throw error;
  }
}

function parsePlain(flotilla: unknown): FleetOutline["plain"] {
  const parsed = Plain.safeParse(flotilla);
  if (parsed.success) return parsed.data;
  throw new FlotillaError(
    "E_CONFIGURATION",
    `the flake output flotilla must be { hosts = { NAME = {…}; }; defaults = {…}; }: ${z.prettifyError(parsed.error)}`,
  );
}
