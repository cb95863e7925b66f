// What logging in and looking takes, outside of a run: nothing is shown, and one signal ends it.
import { profileStates } from "../activation/profile-states.ts";
import type { RunServices } from "../deploy/run-services.ts";
import { inspect } from "./inspect.ts";
import type { Tools } from "./tools.ts";

export type LookingServices = Pick<
  RunServices,
  "emit" | "inspect" | "interruption" | "logIn" | "profileStates" | "remember"
>;

export const lookingServices = (tools: Tools, signal: AbortSignal): LookingServices => ({
  emit: () => {},
  interruption: { halt: signal, leave: signal },
  logIn: (targets, until) => tools.logIn(targets, until),
  inspect,
  remember: (host) => tools.history.lastKnown(host),
  profileStates,
});
