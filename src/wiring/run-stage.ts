// The stage that a run plays on: its events go to the view and to the history, Ctrl-C comes back from it.
import { eventVersion } from "../domain/event.ts";
import type { EventBody, RunEvent } from "../domain/event.ts";
import { withoutCredentials } from "../domain/without-credentials.ts";
import type { RunId } from "../domain/run-id.ts";
import type { Interruption, RunServices } from "../deploy/run-services.ts";
import { keyContents } from "../secrets/key-contents.ts";
import { profileStates } from "../activation/profile-states.ts";
import { inspect } from "./inspect.ts";
import { checkHealthFromOperator } from "../checks/operator-health.ts";
import type { Nix } from "../nix/nix.ts";
import type { Renderer } from "../terminal/renderer.ts";
import { systemClock } from "./system-clock.ts";
import type { Tools } from "./tools.ts";

export interface RunStage {
  readonly run: RunId;
  readonly tools: Tools;
  readonly renderer: Renderer;
  readonly interruption: Interruption;
}

/** What happened, as an event of this run. */
export function stamped(run: RunId, body: EventBody): RunEvent {
  return { schema: eventVersion, run, at: new Date().toISOString(), ...withoutSecrets(body) };
}

/** Programs quote URLs in what they print, with whatever is in them. */
function withoutSecrets(body: EventBody): EventBody {
  switch (body.type) {
    case "host-log":
    case "build-log":
      return { ...body, line: withoutCredentials(body.line) };
    case "warning":
      return { ...body, message: withoutCredentials(body.message) };
    default:
      return body;
  }
}

/** What a run needs of the rooms, with the real ones behind it. */
export function runServices(stage: RunStage, nix: Nix): RunServices {
  const { interruption, renderer, run, tools } = stage;
  return {
    run,
    operator: tools.operator(),
    nix,
    guard: tools.guard(),
    logIn: (targets, signal) => tools.logIn(targets, signal),
    open: (targets, signal) => tools.reopen(targets, signal),
    configuredPort: (target) => tools.ssh.configuredPort(target),
    inspect,
    keys: keyContents(tools.runner, { signal: interruption.halt }),
    profileStates,
    remember: (host) => tools.history.lastKnown(host),
    checkHealth: (checks, signal) => checkHealthFromOperator(checks, { runner: tools.runner, signal }),
    emit: (body) => {
      const event = stamped(run, body);
      renderer.event(event);
      tools.history.record(event);
    },
    clock: systemClock,
    interruption,
  };
}
