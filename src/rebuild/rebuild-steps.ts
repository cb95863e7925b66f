// The steps of a run as nixos-rebuild's flags want them: laid over those of any other run.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { GenerationNumber } from "../domain/generation-number.ts";
import type { HostSession } from "../deploy/host-session.ts";
import type { HostSteps } from "../deploy/deploy-host.ts";
import { mainProfile } from "../fleet/fleet.ts";
import type { Host } from "../fleet/fleet.ts";

export interface RebuildStepWishes {
  /** A system that is there in the store already, and need not be built. */
  readonly isBuilt: boolean;
  /** The generation of the host's own profile that is gone back to; then nothing is copied either. */
  readonly generation: GenerationNumber | null;
  /** `--elevate none`: the login user is root, or nothing is done. */
  readonly rootOnly: boolean;
  readonly installBootloader: boolean;
  /** Told what is on the host now, when the new system is there too. */
  readonly onCopied: (host: Host, session: HostSession) => Promise<void>;
}

/** Milliseconds, for a look into the store of the host. */
const lookDeadline = 30_000;

export function rebuildSteps(steps: HostSteps, wishes: RebuildStepWishes): HostSteps {
  const { generation, installBootloader, isBuilt, onCopied, rootOnly } = wishes;
  return {
    ...steps,
    async refuse(host, session, when) {
      if (rootOnly && session.inspection.elevation?.length !== 0) {
        throw new FlotillaError(
          "E_ELEVATION",
          `${host.name}: the login user is not root, and --elevate none is given`,
          {
            host: host.name,
            step: "check",
            hint: "log in as root, or leave --elevate out",
          },
        );
      }
      await steps.refuse(host, session, when);
    },
    async examine(host, session) {
      const standings = await steps.examine(host, session);
      // What boots is to be written anew, whatever it is.
      return installBootloader ? standings.map((standing) => ({ ...standing, isDefault: false })) : standings;
    },
    build: async (host, session) => {
      if (!isBuilt && generation === null) await steps.build(host, session);
    },
    async copy(host, session) {
      if (generation === null) await steps.copy(host, session);
      await checkSpecialisation(host, session, steps.halt);
      await onCopied(host, session);
    },
    activate: (host, session, goal, generations) =>
      steps.activate(
        host,
        session,
        goal,
        generation === null ? generations : new Map([[mainProfile(host).name, generation]]),
      ),
  };
}

/** On the host itself: where the system was built or comes from says nothing of what is there. */
async function checkSpecialisation(host: Host, { connection }: HostSession, signal: AbortSignal): Promise<void> {
  const { path, specialisation } = mainProfile(host);
  if (specialisation === null) return;
  const list = { words: ["ls", "-1", `${path}/specialisation`], asRoot: false, deadline: lookDeadline };
  const { exitCode, stdout } = await connection.run(list, { signal });
  const names = exitCode === 0 ? stdout.split("\n").filter((name) => name !== "") : [];
  if (names.includes(specialisation)) return;
  throw new FlotillaError("E_CONFIGURATION", `${host.name}: the system has no specialisation "${specialisation}"`, {
    host: host.name,
    step: "check",
    hint: names.length === 0 ? "it has none at all" : `it has ${names.join(", ")}`,
  });
}
