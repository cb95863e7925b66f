// The way round an infinite recursion, in the words of the user's files: Nix itself points into nixpkgs.

/** What the module system of nixpkgs adds to a trace (lib/modules.nix, addErrorContext). Quoted source has a line number first. */
const step =
  /^\s*… while evaluating (?:the option `(?<option>[^']+)'|definitions from `(?:\/nix\/store\/[0-9a-z]{32}-source\/)?(?<file>[^']+)')/u;
/** Definitions of nixpkgs's own are on every way. */
const isNixpkgs = (file: string): boolean => file.includes("nixos/modules/");
/** The end of the trace is where it goes round. */
const most = 4;

export interface RecursionWay {
  /** The option that was being looked at last, e.g. networking.hostName. */
  readonly option: string;
  /** The user's files with the definitions that lead to it, each once, in the order of the trace. */
  readonly files: readonly string[];
}

/** Whether this is what an evaluation failed with. */
export const isRecursion = (stderr: string): boolean => stderr.includes("infinite recursion encountered");

/**
 * Reads the way off a whole trace; null where no option is on it.
 *
 * @example recursionWay(["… while evaluating the option `a':", "… while evaluating definitions from `hive.nix:3':"])
 */
export function recursionWay(trace: readonly string[]): RecursionWay | null {
  const steps = fromTheOutside(trace).map((line) => {
    const { option = null, file = null } = step.exec(line)?.groups ?? {};
    return { option, file };
  });
  const option = steps.findLast((one) => one.option !== null)?.option ?? null;
  if (option === null) return null;
  const files = steps.flatMap(({ file }) => (file === null || isNixpkgs(file) ? [] : [file]));
  return { option, files: [...new Set(files)].slice(-most) };
}

/** Older Nix, 2.8 among them, begins with the error and goes outwards. */
function fromTheOutside(trace: readonly string[]): readonly string[] {
  const error = trace.findIndex(isRecursion);
  const firstStep = trace.findIndex((line) => step.test(line));
  return error !== -1 && error < firstStep ? trace.toReversed() : trace;
}
