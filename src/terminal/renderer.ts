// Chooses how a run is shown, and shows it: JSON lines, a live view, or a plain log; the report at the end.
import type { RunEvent } from "../domain/event.ts";
import { finalReport } from "./final-report.ts";
import { jsonLine } from "./json-lines.ts";
import { LiveTerminal } from "./live-terminal.ts";
import { linesAbove } from "./lines-above.ts";
import { liveView as liveFrame } from "./live-view.ts";
import { plainLog } from "./plain-log.ts";
import { emptyRunView, reduceRunView, type RunView } from "./run-view.ts";
import { styleFor } from "./style.ts";
import type { TerminalStream, ViewProcess, ViewTimers } from "./view-ports.ts";

export interface Renderer {
  /** Shows one more event. */
  event(event: RunEvent): void;
  /** Takes the view away while somebody writes to the terminal, or is asked there. */
  aside<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Ends the view and prints the report. To be called however the run ended; safe to call twice. */
  finish(): void;
}

export interface RendererOptions {
  /** Carries results: the JSON lines, the report. */
  readonly stdout: TerminalStream;
  /** Carries the view. */
  readonly stderr: TerminalStream;
  /** `--json` */
  readonly json: boolean;
  /** `--plain` */
  readonly plain: boolean;
  /** `--verbose`: also the logs of hosts and builds, as they come. */
  readonly verbose: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly process: ViewProcess;
  readonly timers: ViewTimers;
}

/** One rendering of the stream; it gets every event with the state of the run after it. */
interface Part {
  event(event: RunEvent, view: RunView): void;
  /** Takes it away; calling the result brings it back. */
  stepAside?(): () => void;
  finish(view: RunView): void;
}

/**
 * JSON lines on stdout where asked; else a live view where stderr is a terminal that can, and a plain log where it is not.
 * With JSON going to a file or a pipe, a terminal on stderr still gets the live view, and the report.
 *
 * @example
 * const renderer = chooseRenderer({ stdout, stderr, json: false, plain: false, verbose: false, env, process, timers });
 * try { for await (const event of events) renderer.event(event); } finally { renderer.finish(); }
 */
export function chooseRenderer(options: RendererOptions): Renderer {
  const parts = partsFor(options);
  let view = emptyRunView;
  let finished = false;
  return {
    event: (event) => {
      view = reduceRunView(view, event);
      for (const part of parts) part.event(event, view);
    },
    aside: async (work) => {
      const back = finished ? [] : parts.flatMap((part) => part.stepAside?.() ?? []);
      try {
        return await work();
      } finally {
        if (!finished) for (const resume of back) resume();
      }
    },
    finish: () => {
      if (finished) return;
      finished = true;
      for (const part of parts) part.finish(view);
    },
  };
}

function partsFor(options: RendererOptions): readonly Part[] {
  const { stdout, stderr, json, plain, env } = options;
  const canDraw = stderr.isTTY === true && !plain && env["TERM"] !== "dumb" && !env["CI"];
  if (!json) return [canDraw ? liveView(options) : plainView(options), report(stdout, options)];
  if (!canDraw || stdout.isTTY === true) return [jsonLines(options)];
  return [jsonLines(options), liveView(options), report(stderr, options)];
}

function jsonLines({ stdout }: RendererOptions): Part {
  return { event: (event) => void stdout.write(jsonLine(event)), finish: () => {} };
}

function report(stream: TerminalStream, { plain, env }: RendererOptions): Part {
  return {
    event: () => {},
    // A run that never began has nothing to report; its error is shown by whoever ran it.
    finish: (view) => {
      if (view.start !== null) stream.write(`${finalReport(view, styleFor(stream, { plain, env })).join("\n")}\n`);
    },
  };
}

function plainView({ stderr, plain, verbose, env }: RendererOptions): Part {
  const line = plainLog({ style: styleFor(stderr, { plain, env }), verbose });
  return {
    event: (event) => {
      const text = line(event);
      if (text !== null) stderr.write(`${text}\n`);
    },
    finish: () => {},
  };
}

function liveView({ stderr, plain, verbose, env, process, timers }: RendererOptions): Part {
  const style = styleFor(stderr, { plain, env });
  let current = emptyRunView;
  const open = (): LiveTerminal =>
    new LiveTerminal({
      stream: stderr,
      process,
      timers,
      frame: (size) => liveFrame(current, { ...size, now: timers.now(), paint: style.paint, symbols: style.symbols }),
    });
  let terminal = open();
  /** Lines that have to wait until the terminal is ours again. */
  let waiting: string[] | null = null;
  return {
    event: (event, view) => {
      current = view;
      terminal.changed();
      const lines = linesAbove(event, view, { style: { ...style, columns: null }, verbose });
      if (lines.length === 0) return;
      if (waiting === null) terminal.printAbove(lines);
      else waiting.push(...lines);
    },
    stepAside: () => {
      terminal.close();
      waiting = [];
      return () => {
        terminal = open();
        terminal.printAbove(waiting ?? []);
        waiting = null;
      };
    },
    finish: () => terminal.close(),
  };
}
