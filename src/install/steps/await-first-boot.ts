// The installed system itself, seen from outside: another boot, the host key that it was given, and the very system.
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { StorePath } from "../../domain/store-path.ts";
import { describeTarget, type Target } from "../../ssh/target.ts";
import type { FoundSystem, InstallServices } from "../install-services.ts";

/** Milliseconds between two attempts. */
const pause = 1_000;

export interface FirstBoot {
  readonly targets: readonly Target[];
  readonly system: StorePath;
  /** Of the installer, which may answer for a while yet. */
  readonly bootId: string;
  /** Milliseconds. */
  readonly timeout: number;
}

/**
 * Waits for it. A port that is closed and open again proves nothing, and neither does a login.
 *
 * @throws FlotillaError E_FIRST_BOOT: another system came up, or none in time, with what was seen last
 */
export async function awaitFirstBoot(
  { clock, interruption, look }: Pick<InstallServices, "clock" | "interruption" | "look">,
  { bootId, system, targets, timeout }: FirstBoot,
): Promise<FoundSystem> {
  const signal = interruption.leave;
  const until = clock.now().getTime() + timeout;
  let last: Sight = { kind: "nothing", error: null };
  while (clock.now().getTime() < until) {
    await clock.sleep(pause, signal);
    try {
      const found = await look(targets, signal);
      if (found.inspection.bootId !== bootId) return await held(found, system);
      await found.connection.close();
      last = { kind: "installer" };
    } catch (error) {
      if (signal.aborted || !(error instanceof FlotillaError) || error.code === "E_FIRST_BOOT") throw error;
      last = { kind: "nothing", error };
    }
  }
  throw notSeen(last, targets, timeout);
}

async function held(found: FoundSystem, system: StorePath): Promise<FoundSystem> {
  const { connection, inspection } = found;
  if (inspection.currentSystem === system) return found;
  await connection.close();
  throw new FlotillaError("E_FIRST_BOOT", `the machine came up with ${inspection.currentSystem ?? "another system"}`, {
    host: connection.target.host,
    hint: "look which disk its firmware starts from, and at the boot order: it was to be the one that was installed",
  });
}

type Sight = { readonly kind: "installer" } | { readonly kind: "nothing"; readonly error: FlotillaError | null };

function notSeen(last: Sight, targets: readonly Target[], timeout: number): FlotillaError {
  const [first] = targets;
  const where = targets.map(describeTarget).join(", ");
  const minutes = `${Math.round(timeout / 60_000)} min`;
  if (last.kind === "installer") {
    return new FlotillaError("E_FIRST_BOOT", `the installer still answers ${minutes} after it was told to reboot`, {
      host: first?.host,
      hint: "reboot it by hand; everything is on its disks",
    });
  }
  const { error } = last;
  const details = { host: first?.host, cause: error, log: error === null ? [] : [error.message, ...error.log] };
  switch (error?.code) {
    case "E_HOST_KEY_CHANGED":
      return new FlotillaError(
        "E_FIRST_BOOT",
        `something answers at ${where}, and it does not have the key of the installed system`,
        {
          ...details,
          hint: "the machine may have booted its old system or an installer again: look at its boot order",
        },
      );
    case "E_AUTHENTICATION":
      return new FlotillaError("E_FIRST_BOOT", `the installed system answers at ${where}, and lets nobody in`, {
        ...details,
        hint: "the configuration needs your key: users.users.root.openssh.authorizedKeys.keys, or that of deployment.targetUser",
      });
    default:
      return new FlotillaError("E_FIRST_BOOT", `the installed system was not seen at ${where} within ${minutes}`, {
        ...details,
        hint: "look at its console: does it start from its disk, ask for a passphrase, have another address? Its own log: journalctl -b",
      });
  }
}
