// Draws the live view in place on a terminal, and leaves the terminal as it was, however the program ends.
import { stripVTControlCharacters } from "node:util";
import { displayWidth } from "./display-width.ts";
import { terminalSize } from "./terminal-size.ts";
import type { TerminalStream, ViewProcess, ViewTimers } from "./view-ports.ts";

const escape = "\u001b[";
const hideCursor = `${escape}?25l`;
const showCursor = `${escape}?25h`;
// A line that a terminal measures wider than we did is cut by it, instead of pushing the frame out of place.
const wrapOff = `${escape}?7l`;
const wrapOn = `${escape}?7h`;
// Terminals that know synchronized output show a frame at once; others ignore it.
const beginFrame = `${escape}?2026h`;
const endFrame = `${escape}?2026l`;
const eraseLine = `${escape}K`;
const eraseBelow = `${escape}J`;

/** Erased before it is written: after a line as wide as the terminal, erasing would take its last character. */
const inPlace = (line: string): string => `${eraseLine}${line}\n`;

const frameInterval = 100; // milliseconds
const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface LiveTerminalOptions {
  readonly stream: TerminalStream;
  readonly process: ViewProcess;
  readonly timers: ViewTimers;
  /** The lines of a frame for a size. Asked ten times a second, and only after something changed. */
  readonly frame: (size: { columns: number; rows: number }) => readonly string[];
}

export class LiveTerminal {
  readonly #options: LiveTerminalOptions;
  readonly #stopTimer: () => void;
  readonly #releaseProcess: () => void;
  #above: string[] = [];
  #shown: readonly string[] = [];
  #changed = true;
  #second = -1;
  #size = { columns: 0, rows: 0 };
  #closed = false;

  /** Hides the cursor and draws from now on. Only for a stream that is a terminal. */
  constructor(options: LiveTerminalOptions) {
    this.#options = options;
    options.stream.write(hideCursor);
    this.#releaseProcess = this.#watchProcess();
    this.#stopTimer = options.timers.every(frameInterval, () => this.#tick());
  }

  /** Something that the frame shows has changed. */
  changed(): void {
    this.#changed = true;
  }

  /** Lines that stay: they scroll up above the frame. */
  printAbove(lines: readonly string[]): void {
    this.#above.push(...lines);
    this.#changed = true;
  }

  /** Takes the frame away, leaves what was printed above it, and gives the cursor back. Safe to call twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopTimer();
    this.#releaseProcess();
    this.#options.stream.write(this.#compose([]) + showCursor);
  }

  #tick(): void {
    const { stream, timers, frame } = this.#options;
    const second = Math.floor(timers.now() / 1000);
    const size = terminalSize(stream);
    const resized = size.columns !== this.#size.columns || size.rows !== this.#size.rows;
    if (!this.#changed && !resized && second === this.#second) return;
    this.#changed = false;
    this.#second = second;
    // One row is left free below the frame: that is where the cursor rests.
    const lines = frame({ columns: size.columns, rows: Math.max(1, size.rows - 1) });
    const same = lines.length === this.#shown.length && lines.every((line, index) => line === this.#shown[index]);
    if (!same || resized || this.#above.length > 0) stream.write(this.#compose(lines));
    this.#size = size;
  }

  /** What to write to have `lines` in the place of the frame that is shown. */
  #compose(lines: readonly string[]): string {
    const above = this.#above.map(inPlace).join("");
    const below = lines.map(inPlace).join("");
    const text = `${beginFrame}${this.#toTop()}${wrapOn}${above}${wrapOff}${below}${wrapOn}${eraseBelow}${endFrame}`;
    this.#above = [];
    this.#shown = lines;
    return text;
  }

  /** From below the frame to its first line. A terminal that became narrower has broken its lines into several. */
  #toTop(): string {
    const size = terminalSize(this.#options.stream);
    const rowsOf = (line: string): number =>
      Math.max(1, Math.ceil(displayWidth(stripVTControlCharacters(line)) / size.columns));
    const height = this.#shown.reduce((sum, line) => sum + rowsOf(line), 0);
    const rows = Math.min(height, Math.max(1, size.rows - 1));
    return rows === 0 ? "\r" : `\r${escape}${rows}A`;
  }

  #watchProcess(): () => void {
    const { stream, process } = this.#options;
    const restore = (): void => void stream.write(wrapOn + showCursor);
    // `exit` also comes after an uncaught error. A signal nobody else listens to would end us without it.
    const ending = endingSignals.map((signal) => {
      const listener = (): void => {
        if (process.listenerCount(signal) > 1) return;
        restore();
        process.off(signal, listener);
        process.kill(process.pid, signal);
      };
      return { signal, listener };
    });
    const suspend = (): void => {
      restore();
      process.kill(process.pid, "SIGSTOP");
    };
    const resume = (): void => {
      // Others have written since: the old frame is history, a new one is drawn where the cursor is now.
      this.#shown = [];
      this.#changed = true;
      stream.write(hideCursor);
    };
    process.on("exit", restore);
    for (const { signal, listener } of ending) process.on(signal, listener);
    process.on("SIGTSTP", suspend);
    process.on("SIGCONT", resume);
    return () => {
      process.off("exit", restore);
      for (const { signal, listener } of ending) process.off(signal, listener);
      process.off("SIGTSTP", suspend);
      process.off("SIGCONT", resume);
    };
  }
}
