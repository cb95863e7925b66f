// The picture of plans for disks as one page of HTML: nothing is loaded and nothing runs, and whatever stands on a disk stays text.
import type { DiskPlan, PlannedGroup } from "../disk/disk-plan.ts";
import { diskPageStyle } from "./disk-page-style.ts";
import { fateWords, groupWords, summary } from "./disk-words.ts";
import { type Branch, type DiskView, planView, type Span } from "./disk-view.ts";
import { formatBytes } from "./format-bytes.ts";
import { type Html, html, join, nothing } from "./html.ts";
import { shareColumns } from "./share-columns.ts";

export interface DiskPageSection {
  /** Whose disks they are, e.g. "web-1". */
  readonly title: string;
  readonly plan: DiskPlan;
}

/** The page; safe to keep and to send, as it holds nothing but what it shows. */
export function diskPage(sections: readonly DiskPageSection[]): string {
  const title = sections.map(({ title }) => title).join(", ");
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="color-scheme" content="light dark" />
        <title>Disks of ${title}</title>
        <style>
          ${diskPageStyle}
        </style>
      </head>
      <body>
        <main>${join(sections.map(section))}</main>
      </body>
    </html> `.text;
}

function section({ plan, title }: DiskPageSection): Html {
  const { disks, groups, untouched } = planView(plan);
  return html`<section>
    <header>
      <h1>${title}</h1>
      <p class="quiet">${summary(plan, "·")}</p>
    </header>
    ${refusals(plan)} ${join(disks.map(disk))} ${join(groups.map(group))} ${join(untouched.map(untouchedDisk))}
    ${steps(plan)}
  </section>`;
}

function refusals({ refusals: found }: DiskPlan): Html {
  if (found.length === 0) return nothing;
  const items = found.map(({ hint, message }) => html`<li>${message}<br /><span class="hint">→ ${hint}</span></li>`);
  return html`<div class="refused">
    <h2>Nothing of this is done, because</h2>
    <ul>
      ${join(items)}
    </ul>
  </div>`;
}

function disk(view: DiskView): Html {
  const { after, before, byId, lost, marks, name, path, size } = view;
  const lines = lost.map((line) => html`<li>${line}</li>`);
  return html`<article class="disk ${view.fate}">
    <h2>
      ${name ?? ""} <span class="device">${path}</span> <span class="device">${size}</span>
      <span class="fate">${fateWords(view).words}</span>
    </h2>
    <p class="quiet">${marks.join(" · ")}${byId === null ? nothing : html`<br /><code>${byId}</code>`}</p>
    ${state("now", before)}
    ${
      lost.length === 0
        ? nothing
        : html`<ul class="lost">
            ${join(lines)}
          </ul>`
    }
    ${after === null ? nothing : state("then", after)}
  </article>`;
}

/** A bar and what is in each of its stretches. */
function state(word: string, spans: readonly Span[]): Html {
  return html`<div class="state">
    <h3>${word}</h3>
    <div>
      ${bar(spans)}
      <table>
        ${join(spans.map(row))}
      </table>
    </div>
  </div>`;
}

/** Columns of the drawing; it is scaled to the width of the page. */
const width = 1000;
const height = 44;
/** What a stretch is at least as wide as. */
const least = 12;

function bar(spans: readonly Span[]): Html {
  const widths = shareColumns(
    spans.map(({ size }) => size),
    width,
    least,
  );
  let x = 0;
  const stretches = spans.map(({ content, fate, name, size }, index) => {
    const start = x;
    const own = widths[index] ?? 0;
    x += own;
    const label = [name, ...content].join(" · ");
    return html`<div
      class="stretch ${fate}"
      style="left:${percent(start)};width:${percent(own)}"
      title="${label}, ${formatBytes(size)}"
    >
      ${hasRoom(name, own) ? html`<span>${name}</span>` : nothing}
    </div>`;
  });
  const drawing = spans.map(({ fate }, index) => {
    const start = widths.slice(0, index).reduce((sum, one) => sum + one, 0);
    return html`<rect
      class="${fate}"
      x="${String(start + 1)}"
      y="1"
      width="${String(Math.max(1, (widths[index] ?? 0) - 2))}"
      height="${String(height - 2)}"
      rx="4"
    />`;
  });
  return html`<div class="bar">
    <svg viewBox="0 0 ${String(width)} ${String(height)}" preserveAspectRatio="none" aria-hidden="true">
      ${hatching}${join(drawing)}</svg
    >${join(stretches)}
  </div>`;
}

/** A name that is cut to a letter says nothing; the table below has it. */
const hasRoom = (name: string, columns: number): boolean => name.length * 9 + 18 <= columns;

/** Lost is hatched, so that it is seen without any colour too. */
const hatching = html`<defs
  ><pattern id="hatching" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"
    ><rect class="hatched" width="8" height="8" /><line class="hatch" x1="0" y1="0" x2="0" y2="8" /></pattern
></defs>`;

const percent = (columns: number): string => `${((columns / width) * 100).toFixed(2)}%`;

const row = ({ branches, content, fate, name, size }: Span): Html =>
  html`<tr class="${fate}">
    <td class="word">${fate === "free" ? "" : fate}</td>
    <td>${name}</td>
    <td class="size">${formatBytes(size)}</td>
    <td>${layers(content)}${list(branches)}</td>
  </tr>`;

const layers = (content: readonly string[]): Html =>
  join(content.map((layer, index) => html`${index === 0 ? nothing : html` <span class="quiet">→</span> `}${layer}`));

function list(branches: readonly Branch[]): Html {
  if (branches.length === 0) return nothing;
  const items = branches.map(
    ({ branches: inner, content, name, size }) =>
      html`<li>${name} <span class="quiet">${size ?? ""}</span> ${layers(content)}${list(inner)}</li>`,
  );
  return html`<ul>
    ${join(items)}
  </ul>`;
}

function group({ kind, level, members, name, volumes }: PlannedGroup): Html {
  const parts = members.map(({ disk, part }) => (part === null ? disk : `${disk}/${part}`)).join(" + ");
  const branches = volumes.map((volume) => ({ ...volume, name: volume.name ?? "", branches: [] }));
  return html`<article class="group">
    <h2>
      ${groupWords[kind]} ${name} <span class="device">${level ?? ""}</span> <span class="device">of ${parts}</span>
    </h2>
    ${list(branches)}
  </article>`;
}

const untouchedDisk = (view: DiskView): Html =>
  html`<article class="disk untouched">
    <h2>
      <span class="device">${view.path}</span> <span class="device">${view.size}</span>
      <span class="fate">${fateWords(view).words}</span>
    </h2>
    <p class="quiet">${view.marks.join(" · ")}</p>
    ${state("now", view.before)}
  </article>`;

function steps({ steps: all }: DiskPlan): Html {
  if (all.length === 0) return nothing;
  const items = all.map(
    ({ commands, kind, title }) =>
      html`<li class="${kind}">
        <details>
          <summary>${title}</summary>
          <pre>${commands.join("\n")}</pre>
        </details>
      </li>`,
  );
  return html`<article class="steps">
    <h2>Steps</h2>
    <ol>
      ${join(items)}
    </ol>
  </article>`;
}
