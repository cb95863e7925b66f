// A reboot on the operator's wish: sent off, waited for, and seen to have brought up what it was to bring up.
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { HostSteps } from "../deploy-host.ts";
import { inPhase, unlimited } from "../in-phase.ts";
import type { RunServices } from "../run-services.ts";
import type { StepSettings } from "../step-settings.ts";

/** Milliseconds: for the command, between two looks, and for the host to be back. Firmware of servers takes minutes. */
const commandDeadline = 30_000;
const pause = 2_000;
const absence = 15 * 60_000;

type RebootServices = Pick<RunServices, "clock" | "emit" | "inspect" | "interruption" | "logIn">;

export function rebootStep(
  { reboot }: Pick<StepSettings, "reboot">,
  { clock, emit, inspect, interruption, logIn }: RebootServices,
): HostSteps["reboot"] {
  const signal = interruption.halt;
  return async (host, { connection, inspection: before }) => {
    if (!reboot) return [];
    return inPhase({ emit, halt: signal }, host.name, "reboot", unlimited, async () => {
      // The connection may break before the answer: that is a reboot.
      await connection
        .run({ words: ["systemctl", "reboot"], asRoot: true, deadline: commandDeadline }, { signal })
        .catch(() => null);
      const until = clock.now().getTime() + absence;
      while (clock.now().getTime() < until) {
        await clock.sleep(pause, signal);
        try {
          const opened = await logIn([connection.target], signal);
          try {
            const after = await inspect(opened, signal);
            if (after.bootId === before.bootId) continue;
            if (after.currentSystem === after.profileSystem) return ["rebooted"];
            throw new FlotillaError("E_REBOOT", `the host rebooted into ${after.currentSystem ?? "nothing known"}`, {
              hint: `its boot default is ${after.profileSystem ?? "not known"}: look at its boot loader`,
            });
          } finally {
            await opened.connection.close();
          }
        } catch (error) {
          if (signal.aborted || !(error instanceof FlotillaError) || error.code === "E_REBOOT") throw error;
        }
      }
      throw new FlotillaError("E_REBOOT", `the host was not back ${absence / 60_000} min after its reboot`, {
        hint: "look at its console; `flotilla status` shows it once it is back",
      });
    });
  };
}
