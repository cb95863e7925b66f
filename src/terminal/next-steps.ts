// What a person does next about a host that did not end as asked.
import type { EventOf } from "./event-of.ts";

export interface NextStep {
  readonly command: string;
  /** What it is good for; completes "flotilla … — ". */
  readonly purpose: string;
}

/** The commands to try, the most telling first. */
export function nextSteps(end: EventOf<"host-finished">): readonly NextStep[] {
  const attach = { command: `flotilla attach ${end.run} ${end.host}`, purpose: "for the full log" };
  const status = { command: `flotilla status --on ${end.host}`, purpose: "for what runs there now" };
  const doctor = { command: `flotilla doctor ${end.host}`, purpose: "for what stands between" };
  switch (end.outcome) {
    case "unchanged":
    case "deployed":
    case "staged":
    case "tested":
    case "built":
    case "pushed":
    case "installed":
    case "prepared":
    case "skipped":
      return [];
    case "rolled-back":
      return [attach];
    case "lost-contact":
      return [{ ...status, purpose: "for how the guard decided" }, attach];
    case "unreachable":
      return [doctor];
    case "refused":
      // What its configuration alone decided is no matter of the host.
      return end.reason?.step === "evaluate" ? [] : [status];
    case "failed":
      return failureSteps(end, { attach, doctor });
  }
}

function failureSteps(
  { host, reason }: EventOf<"host-finished">,
  { attach, doctor }: { readonly attach: NextStep; readonly doctor: NextStep },
): readonly NextStep[] {
  switch (reason?.step) {
    case "evaluate":
      return [{ command: `flotilla build --on ${host} --show-trace`, purpose: "for the whole trace" }];
    case "build":
      return [{ command: `flotilla build --on ${host} --verbose`, purpose: "for the whole build log" }];
    case "connect":
    case "check":
    case "copy":
      return [doctor];
    // What is wrong with a key is between the configuration and this machine.
    case "keys":
      return reason.code === "E_KEY" ? [] : [doctor];
    // A second run goes on where the machine stands.
    case "kexec":
    case "disks":
    case "install":
      return [];
    case "activate":
    case "health":
    case "confirm":
    case "commit":
    case "reboot":
      return [attach];
    case undefined:
      return [];
  }
}
