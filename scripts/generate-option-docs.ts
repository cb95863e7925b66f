// docs/options.md: the reference of deployment.*, read off nix/modules/deployment.nix by Nix itself.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const root = join(import.meta.dirname, "..");
const page = join(root, "docs/options.md");

/** A default or example: plain data, or text that is shown as it stands. */
const Shown = z.union([z.strictObject({ text: z.string() }), z.strictObject({ value: z.json() })]);

/** One element of the list that nix/options-doc.nix makes. */
const Option = z.strictObject({
  name: z.string(),
  variant: z.string().nullable(),
  type: z.string(),
  default: Shown.nullable(),
  example: Shown.nullable(),
  description: z.string(),
});
type Option = z.infer<typeof Option>;

/** Evaluates the options with the module system of the test bed, so that no nixpkgs is needed. */
function readOptions(): Option[] {
  const expression = `
    (import ${root}/nix/lib.nix { lib = import ${root}/test/bed/nixpkgs/lib; }).deploymentOptionsDoc`;
  const arguments_ = ["--eval", "--strict", "--json", "--store", "dummy://", "--expr", expression];
  return z.array(Option).parse(JSON.parse(execFileSync("nix-instantiate", arguments_, { encoding: "utf8" })));
}

/** The page for these options. */
function renderOptionDocs(options: readonly Option[]): string {
  const common = options.filter((option) => option.variant === null);
  const variants = Map.groupBy(
    options.filter((option) => option.variant !== null && shortName(option) !== "type"),
    (option) => option.variant,
  );
  const isShared = ({ name, type }: Option) =>
    [...variants.values()].every((members) => members.some((member) => member.name === name && member.type === type));
  const [first = []] = variants.values();

  return [
    "<!-- Generated from nix/modules/deployment.nix by `npm run docs:options`. -->",
    "# Options",
    "What `deployment.*` can say of a host. The options come with the flake's `nixosModules.default`; everything has a\n" +
      "default, and no host has to import the module.",
    ...common.map((option) => renderOption("##", option.name, option)),
    "## Health checks",
    `Each element of \`deployment.healthChecks\` has a \`type\`: ${[...variants.keys()].map((type) => `\`"${type}"\``).join(", ")}. ` +
      "Whatever the type, it has these options:",
    ...first.filter(isShared).map((option) => renderOption("###", shortName(option), option)),
    ...[...variants].flatMap(([variant, members]) => [
      `### With \`type = "${variant}"\``,
      ...members.filter((option) => !isShared(option)).map((option) => renderOption("####", shortName(option), option)),
    ]),
  ]
    .join("\n\n")
    .concat("\n");
}

const shortName = (option: Option): string => option.name.slice(option.name.lastIndexOf(".") + 1);

function renderOption(heading: string, title: string, option: Option): string {
  const lines = [
    `- Type: ${option.type}`,
    option.default === null ? "- Required" : `- Default:${renderShown(option.default)}`,
    ...(option.example === null ? [] : [`- Example:${renderShown(option.example)}`]),
  ];
  const description = option.description.trim().replaceAll(/\{option\}(?=`)/g, "");
  return `${heading} \`${title}\`\n\n${description}\n\n${lines.join("\n")}`;
}

function renderShown(shown: z.infer<typeof Shown>): string {
  if ("value" in shown) return ` \`${toNix(shown.value)}\``;
  const text = shown.text.trim();
  return text.includes("\n") ? `\n\n  \`\`\`nix\n${text.replaceAll(/^/gm, "  ")}\n  \`\`\`` : ` \`${text}\``;
}

/** Plain data as a Nix expression on one line. */
function toNix(value: z.infer<ReturnType<typeof z.json>>): string {
  if (Array.isArray(value)) return value.length === 0 ? "[ ]" : `[ ${value.map(toNix).join(" ")} ]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const attributes = Object.entries(value).map(([name, item]) => ` ${name} = ${toNix(item)};`);
  return `{${attributes.join("")} }`;
}

/** Whether the page in the repository is the one that the options make. */
export const areOptionDocsCurrent = (): boolean => readFileSync(page, "utf8") === renderOptionDocs(readOptions());

if (import.meta.main) writeFileSync(page, renderOptionDocs(readOptions()));
