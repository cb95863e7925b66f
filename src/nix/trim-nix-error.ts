// Out of pages of Nix's stderr, the few lines that say what is wrong and where.
import { stripVTControlCharacters } from "node:util";

const errorLine = /^\s*error:/u;
const excerptLine = /^\s*(?:\d+)?\s*\|/u;
const locationLine = /^\s*at (?<place>\S.*?):?$/u;
const noise = /^\s*(?:\(use '--show-trace'|\(stack trace truncated|… |note: |For full logs, run)/u;
const sourceDirectory = /\/nix\/store\/[0-9a-z]{32}-source\//gu;

/**
 * The last `error:` block of a text with its location, without trace and source excerpts. Files are named relative
 * to the flake's source; where the error itself has none, the innermost frame of the trace gives it.
 *
 * @example trimNixError(stderr) // ["error: assertion 'false' failed", "at flake.nix:14:56"]
 * @returns no lines when there is no error in it
 */
export function trimNixError(stderr: string): readonly string[] {
  const lines = stripVTControlCharacters(stderr).replaceAll(sourceDirectory, "").split("\n");
  const start = lines.findLastIndex((line) => errorLine.test(line));
  if (start === -1) return [];
  const block = lines.slice(start).filter((line) => line.trim() !== "" && !excerptLine.test(line) && !noise.test(line));
  const message = block.filter((line) => !locationLine.test(line)).map((line) => line.trim());
  const place = block.find(isPlace) ?? lines.slice(0, start).findLast(isPlace);
  const joined =
    message[0] === "error:" && message[1] !== undefined ? [`error: ${message[1]}`, ...message.slice(2)] : message;
  return place === undefined ? joined : [...joined, place.trim().replace(/:$/u, "")];
}

/** nixpkgs' own module system is never what is wrong. */
const ofNixpkgs = /(?:^|\/)lib\/(?:attrsets|customisation|lists|modules|options|types)\.nix/u;

function isPlace(line: string): boolean {
  return locationLine.test(line) && !/«(?:none|string)»|<nix\//u.test(line) && !ofNixpkgs.test(line.trim().slice(3));
}
