// Times things that are to be compared: by turns, in one run, so that whatever else the machine does meets all alike.

/** One of the things compared. */
export interface Variant {
  readonly name: string;
  /** What a person would type, for the report. */
  readonly command: string;
  /** Brings about what `run` starts from; not timed. */
  readonly prepare?: () => Promise<void>;
  readonly run: () => Promise<void>;
  /** Looks at what `run` has left; not timed. */
  readonly after?: () => Promise<void>;
}

/** A variant and how long it took each time, in milliseconds. */
export class Measured {
  readonly variant: Variant;
  readonly times: number[] = [];

  constructor(variant: Variant) {
    this.variant = variant;
  }

  get median(): number {
    return median(this.times);
  }

  async once(): Promise<void> {
    const { after, prepare, run } = this.variant;
    await prepare?.();
    const begun = performance.now();
    await run();
    this.times.push(performance.now() - begun);
    await after?.();
  }
}

/** Runs each once a round. Every other round goes backwards, so that none is always the one after another. */
export async function byTurns(rounds: number, measured: readonly Measured[]): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const one of round % 2 === 0 ? measured : measured.toReversed()) await one.once();
  }
}

/** The middle one, or the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
