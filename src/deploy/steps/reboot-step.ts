// A reboot on the operator's wish: sent off, waited for, and seen to have brought up what it was to bring up.
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { StorePath } from "../../domain/store-path.ts";
import type { RemoteCommand } from "../../ssh/connection.ts";
import type { Target } from "../../ssh/target.ts";
import type { Host } from "../../fleet/fleet.ts";
import type { HostSteps } from "../deploy-host.ts";
import { type HostSession, sessionOf } from "../host-session.ts";
import { inPhase, unlimited } from "../in-phase.ts";
import type { RunServices } from "../run-services.ts";
import type { StepSettings } from "../step-settings.ts";

/** Milliseconds: for the command, between two looks, and for the host to be back. Firmware of servers takes minutes. */
const commandDeadline = 30_000;
const pause = 2_000;
const absence = 15 * 60_000;

/** A Mac has the one command, NixOS both. */
const rebootCommand: RemoteCommand = {
  words: ["sh", "-c", "if command -v systemctl >/dev/null; then exec systemctl reboot; fi; exec shutdown -r now"],
  asRoot: true,
  deadline: commandDeadline,
};

type RebootServices = Pick<RunServices, "clock" | "emit" | "inspect" | "interruption" | "logIn">;

export function rebootStep(
  { reboot }: Pick<StepSettings, "reboot">,
  { clock, emit, inspect, interruption, logIn }: RebootServices,
): HostSteps["reboot"] {
  // A host that is on its way is waited for.
  const signal = interruption.leave;
  const look = async (target: Target): Promise<HostSession> =>
    sessionOf(await logIn([target], signal), (opened) => inspect(opened, signal), target.elevation);
  const isWanted = async ({ deployment }: Host, { connection }: HostSession, staged: boolean): Promise<boolean> => {
    if (reboot) return true;
    switch (deployment.reboot.policy) {
      case "always":
        return true;
      case "never":
        return false;
      case "when-needed": {
        if (staged) return true;
        const { connection: looked, inspection } = await look(connection.target);
        await looked.close();
        return inspection.needsReboot;
      }
    }
  };
  return async (host, before, staged, around) => {
    if (!(await isWanted(host, before, staged))) return null;
    const { connection } = before;
    const notes = await around.before();
    const session = await inPhase({ emit, halt: signal }, host.name, "reboot", unlimited, async () => {
      // The connection may break before the answer, or the command be killed with all else: that is a reboot.
      const asked = await connection.run(rebootCommand, { signal }).catch(() => null);
      if (asked !== null && asked.exitCode !== null && asked.exitCode > 0 && asked.exitCode < 128) {
        throw new FlotillaError("E_REBOOT", `the host does not reboot: the command ended with ${asked.exitCode}`, {
          step: "reboot",
          log: asked.stderr.split("\n").slice(-20),
        });
      }
      const until = clock.now().getTime() + absence;
      while (clock.now().getTime() < until) {
        await clock.sleep(pause, signal);
        try {
          const session = await look(connection.target);
          if (session.inspection.bootId !== before.inspection.bootId) return session;
          await session.connection.close();
        } catch (error) {
          if (signal.aborted || !(error instanceof FlotillaError)) throw error;
        }
      }
      throw new FlotillaError("E_REBOOT", `the host was not back ${absence / 60_000} min after its reboot`, {
        hint: "look at its console; `flotilla status` shows it once it is back",
      });
    });
    try {
      const { currentSystem, profileSystem } = session.inspection;
      if (currentSystem !== profileSystem) throw bootedAnother(currentSystem, profileSystem);
      return [...notes, "rebooted", ...(await around.after(session))];
    } finally {
      await session.connection.close();
    }
  };
}

const bootedAnother = (current: StorePath | null, wanted: StorePath | null): FlotillaError =>
  new FlotillaError("E_REBOOT", `the host rebooted into ${current ?? "nothing known"}`, {
    hint: `its boot default is ${wanted ?? "not known"}: look at its boot loader`,
    step: "reboot",
  });
