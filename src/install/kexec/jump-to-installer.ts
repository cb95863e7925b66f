// From whatever the machine runs into an installer in its memory, by kexec; its disks are not touched.
import type { RunClock } from "../../deploy/run-clock.ts";
import type { Emit } from "../../domain/event.ts";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { Connection, Ssh } from "../../ssh/connection.ts";
import type { InstallOptions } from "../install-options.ts";
import type { MachineFacts } from "../machine-facts.ts";

export interface JumpRequest {
  /** To the machine as it runs now, with its elevation. It is closed where a new one takes its place. */
  readonly connection: Connection;
  readonly facts: MachineFacts;
  readonly options: Pick<
    InstallOptions,
    "kexec" | "kexecSha256" | "kexecExtraFlags" | "kexecNetwork" | "kexecTimeout" | "forceKexec" | "postKexecPort"
  >;
}

export interface JumpServices {
  readonly ssh: Pick<Ssh, "open">;
  readonly clock: RunClock;
  /** Progress of phase kexec. The phase's own start and end are the caller's. */
  readonly emit: Emit;
  /** flotilla's own below XDG_CACHE_HOME. */
  readonly cacheDirectory: string;
  readonly fetch: typeof globalThis.fetch;
}

export interface Installer {
  /** As root, where the installer lets root in. */
  readonly connection: Connection;
  /** Of the installer itself; the disks as it sees them. */
  readonly facts: MachineFacts;
  /** false: the machine ran an installer already. */
  readonly jumped: boolean;
}

/**
 * Brings the machine into an installer and logs in there as root, with the host key that it had before. A machine that runs
 * one already is left as it is, unless options.forceKexec.
 *
 * @throws FlotillaError E_KEXEC where it does not come back as an installer, with what to look at; E_HOST_KEY_CHANGED
 */
export async function jumpToInstaller(
  { connection }: JumpRequest,
  _services: JumpServices,
  _signal: AbortSignal,
): Promise<Installer> {
  throw new FlotillaError("E_KEXEC", `${connection.target.host}: not written yet`);
}
