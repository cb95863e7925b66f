// The first line of a run, in the live view and in the report.
import { displayWidth, truncate } from "./display-width.ts";
import { plural } from "./plural.ts";
import { printable } from "./printable.ts";
import type { RunView } from "./run-view.ts";
import { lineWidth, type StyledLine } from "./styled-line.ts";
import type { Symbols } from "./symbols.ts";

/** Where a flake has less room than this, it is left out. */
const shortestFlake = 16;

/** Which run, what for, of what, for how many. Where that is too wide, the flake gives way. */
export function runHeader(
  view: RunView,
  { columns, symbols }: { columns: number | null; symbols: Symbols },
): StyledLine {
  const { start } = view;
  if (start === null) return header([`run ${view.run ?? symbols.ellipsis}`], symbols);
  const revision = start.revision === null ? "" : ` @ ${shortRevision(printable(start.revision))}`;
  const flake = printable(start.flake);
  // A hive.nix is no flake.
  const what = flake.endsWith(".nix") ? "" : "flake ";
  const withFlake = (shown: string): StyledLine =>
    header([`run ${start.run}`, start.goal, `${what}${shown}${revision}`, plural(view.hosts.length, "host")], symbols);
  if (columns === null) return withFlake(flake);
  const room = columns - lineWidth(withFlake(""));
  if (room >= Math.min(shortestFlake, displayWidth(flake))) return withFlake(truncate(flake, room, symbols.ellipsis));
  const withoutFlake = header([`run ${start.run}`, start.goal, plural(view.hosts.length, "host")], symbols);
  return lineWidth(withoutFlake) <= columns ? withoutFlake : header([`run ${start.run}`, start.goal], symbols);
}

function header(parts: readonly string[], symbols: Symbols): StyledLine {
  return [
    { text: "flotilla", tone: "strong" },
    { text: `  ${parts.join(` ${symbols.separator} `)}`, tone: "quiet" },
  ];
}

/** Seven digits of the revision, and `-dirty` where it is. */
function shortRevision(revision: string): string {
  return revision.replace(/^([0-9a-f]{7})[0-9a-f]+/, "$1");
}
