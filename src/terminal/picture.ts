// A still picture of a run, for documentation: the frame that a terminal shows after some events.
import type { RunEvent } from "../domain/event.ts";
import { liveView, type LiveViewOptions } from "./live-view.ts";
import { emptyRunView, reduceRunView, type RunView } from "./run-view.ts";

/** The state of a run after all of these events. */
export function foldRun(events: Iterable<RunEvent>): RunView {
  let view = emptyRunView;
  for (const event of events) view = reduceRunView(view, event);
  return view;
}

/** The frame after these events, at the time of the last one unless `now` says another. */
export function picture(
  events: readonly RunEvent[],
  options: Omit<LiveViewOptions, "now"> & { readonly now?: number },
): string {
  const now = options.now ?? Date.parse(events.at(-1)?.at ?? "");
  return liveView(foldRun(events), { ...options, now }).join("\n");
}
