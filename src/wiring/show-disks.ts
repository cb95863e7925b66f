// A plan for disks, shown as it was asked for: the picture, a page of HTML beside it, or JSON for programs.
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { DiskOptions } from "../cli/use-cases.ts";
import type { DiskPlan } from "../disk/disk-plan.ts";
import type { DiskFinding } from "../disk/verify-disks.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import { diskPage } from "../terminal/disk-page.ts";
import { diskPicture } from "../terminal/disk-picture.ts";
import { plural } from "../terminal/plural.ts";
import { styleFor } from "../terminal/style.ts";
import { drawLine, type StyledLine } from "../terminal/styled-line.ts";
import type { TerminalStream } from "../terminal/view-ports.ts";
import { visible } from "../terminal/visible.ts";
import { wrap } from "../terminal/wrap.ts";

interface Screen {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
}

/**
 * @param isResult the plan is all that was asked for: then it goes to stdout
 * @param next what a person does next; null: nothing is to be done
 * @throws FlotillaError E_USAGE for a page that cannot be written
 */
export async function showPlan(
  { directory, environment, stderr, stdout }: Screen,
  shown: DiskOptions["shown"],
  host: HostName,
  plan: DiskPlan,
  isResult: boolean,
  next: string | null,
): Promise<void> {
  if (shown.html !== null) {
    const file = resolve(directory, shown.html);
    await writeFile(file, diskPage([{ title: host, plan }])).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new FlotillaError("E_USAGE", `--html ${shown.html} cannot be written: ${reason}`, { cause: error });
    });
    stderr.write(`written: ${shown.html}\n`);
  }
  if (shown.json) {
    stdout.write(`${JSON.stringify({ host, ...plan }, null, 2)}\n`);
    return;
  }
  const stream = isResult ? stdout : stderr;
  const style = styleFor(stream, { plain: false, env: environment });
  const lines = diskPicture(plan, { title: host, style, commands: shown.commands });
  const then =
    next === null ? [] : ["", drawLine([{ text: `next: ${next}`, tone: "quiet" }], { ...style, columns: null })];
  stream.write(`${[...lines, ...then].join("\n")}\n\n`);
}

/** What differs, one paragraph each; in JSON one object for the host. */
export function showFindings(
  { environment, stdout }: Screen,
  shown: DiskOptions["shown"],
  host: HostName,
  findings: readonly DiskFinding[],
): void {
  if (shown.json) {
    stdout.write(`${JSON.stringify({ host, findings }, null, 2)}\n`);
    return;
  }
  const style = styleFor(stdout, { plain: false, env: environment });
  const { arrow, bad, good, unknown } = style.symbols;
  const columns = style.columns === null ? null : style.columns - 4;
  const paragraph = (text: string, sign: string, tone: "bad" | "quiet"): StyledLine[] =>
    wrap(visible(text), columns).map((line, index) => [
      { text: `${index === 0 ? sign : " ".repeat(sign.length)} `, tone },
      { text: line },
    ]);
  const lines: StyledLine[] =
    findings.length === 0
      ? [[{ text: `${good} `, tone: "good" }, { text: `${host}: its disks are as its configuration declares them` }]]
      : [
          [{ text: host, tone: "strong" }, { text: `  ${findingsInShort(findings)}` }],
          ...findings.flatMap(({ certain, message, option }) => [
            ...(certain ? paragraph(message, bad, "bad") : paragraph(message, unknown, "quiet")),
            ...(option === null ? [] : paragraph(option, `  ${arrow}`, "quiet")),
          ]),
        ];
  stdout.write(`${lines.map((line) => drawLine(line, { ...style, columns: null })).join("\n")}\n`);
}

function findingsInShort(findings: readonly DiskFinding[]): string {
  const certain = findings.filter((finding) => finding.certain).length;
  const hidden = findings.length - certain;
  return [
    certain === 0 ? "nothing that can be seen differs" : plural(certain, "difference"),
    ...(hidden === 0 ? [] : [`${plural(hidden, "thing")} not to be seen`]),
  ].join(", ");
}
