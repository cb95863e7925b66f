// Waits for a machine to come back as an installer: with another boot id, and the host key that it is known by.
import type { RunClock } from "../../deploy/run-clock.ts";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { Connection, Ssh } from "../../ssh/connection.ts";
import { describeTarget, type Target } from "../../ssh/target.ts";

export interface AwaitWish {
  /** Root at the installer, with its key pinned. */
  readonly target: Target;
  /** To the machine as it was. */
  readonly before: Pick<Connection, "run">;
  readonly bootId: string;
  /** Milliseconds. */
  readonly deadline: number;
  readonly ssh: Pick<Ssh, "open">;
  readonly clock: RunClock;
  readonly signal: AbortSignal;
}

/** Milliseconds: between two looks, for one login, for one question to the system that was. */
const pause = 1_000;
const loginDeadline = 15_000;
const questionDeadline = 5_000;

/** Milliseconds after which a system that still runs is not going to jump, and a refusal of keys is not the old system's. */
const patience = 60_000;

/**
 * The connection to the installer.
 *
 * @throws FlotillaError E_KEXEC where it does not come, with what to look at; E_HOST_KEY_CHANGED where another answers
 */
export async function awaitInstaller(wish: AwaitWish): Promise<Connection> {
  const { before, bootId, clock, deadline, signal, target } = wish;
  const started = clock.now().getTime();
  const waited = (): number => clock.now().getTime() - started;
  let last: FlotillaError | null = null;
  let refusedSince: number | null = null;
  while (waited() < deadline) {
    await clock.sleep(pause, signal);
    const found = await look(wish);
    if (found instanceof FlotillaError) {
      last = found;
      refusedSince = found.code === "E_AUTHENTICATION" ? (refusedSince ?? waited()) : null;
    } else {
      if (found.bootId !== bootId && found.bootId !== "") return found.connection;
      refusedSince = null;
      const log = waited() < patience ? null : await kernelLog(found.connection, signal);
      await found.connection.close();
      if (log !== null) throw neverLeft(target, log);
    }
    if (waited() < patience) continue;
    if (await stillRuns(before, bootId, signal)) throw neverLeft(target, await kernelLog(before, signal));
    if (refusedSince !== null && waited() - refusedSince > patience) throw refused(target, last);
  }
  throw notBack(target, deadline, last);
}

interface Found {
  readonly connection: Connection;
  readonly bootId: string;
}

/** Who answers now; or why nobody does, where that may still change. */
async function look({ signal, ssh, target }: AwaitWish): Promise<Found | FlotillaError> {
  try {
    const { connection, firstOutput } = await ssh.open(target, {
      deadline: loginDeadline,
      signal,
      firstScript: "cat /proc/sys/kernel/random/boot_id",
    });
    return { connection, bootId: firstOutput.trim() };
  } catch (error) {
    if (signal.aborted || !(error instanceof FlotillaError) || error.code === "E_INTERRUPTED") throw error;
    if (error.code === "E_HOST_KEY_CHANGED" || error.code === "E_HOST_KEY_UNKNOWN") throw otherKey(target, error);
    return error;
  }
}

async function stillRuns(before: Pick<Connection, "run">, bootId: string, signal: AbortSignal): Promise<boolean> {
  const words = ["cat", "/proc/sys/kernel/random/boot_id"];
  const answer = await before.run({ words, asRoot: false, deadline: questionDeadline }, { signal }).catch(() => null);
  return answer?.stdout.trim() === bootId;
}

/** Where nixos-images' `run` writes to, once it has said that it will jump. */
async function kernelLog(before: Pick<Connection, "run">, signal: AbortSignal): Promise<readonly string[]> {
  const words = ["sh", "-c", "dmesg | tail -n 20"];
  const answer = await before.run({ words, asRoot: true, deadline: questionDeadline }, { signal }).catch(() => null);
  return answer?.stdout.split("\n").filter((line) => line !== "") ?? [];
}

const where = (target: Target): string => `${target.host} (${describeTarget(target)})`;

const otherKey = (target: Target, cause: FlotillaError): FlotillaError =>
  new FlotillaError(
    "E_HOST_KEY_CHANGED",
    `${where(target)}: what answers there has another host key than the machine had`,
    {
      host: target.host,
      step: "kexec",
      cause,
      hint: "an image after nixos-images' fashion takes the machine's keys over: is this the machine, and the image such a one?",
      log: cause.log,
    },
  );

const neverLeft = (target: Target, log: readonly string[]): FlotillaError =>
  new FlotillaError("E_KEXEC", `${target.host}: the installer was loaded, but the machine still runs what it ran`, {
    host: target.host,
    step: "kexec",
    hint: "its disks were not touched; what its kernel says is below. Try --kexec-extra-flags=--kexec-syscall, or boot an installer by other means",
    log,
  });

const refused = (target: Target, last: FlotillaError | null): FlotillaError =>
  new FlotillaError("E_KEXEC", `${where(target)}: sshd answers, but lets root in with none of our keys`, {
    host: target.host,
    step: "kexec",
    hint: "the image takes over authorized_keys of root and of the user who logged in: the key must be there before the jump",
    log: last?.log,
  });

const notBack = (target: Target, deadline: number, last: FlotillaError | null): FlotillaError =>
  new FlotillaError(
    "E_KEXEC",
    `${where(target)}: the machine jumped ${Math.round(deadline / 60_000)} min ago and does not answer as an installer`,
    {
      host: target.host,
      step: "kexec",
      hint:
        "its disks were not touched: a reset brings back what it ran. Look at its console: no network there? --kexec-network stock or " +
        "flotilla; out of memory? another image with --kexec; another address? flotilla install --phases disko,install,reboot --target root@ADDRESS",
      cause: last ?? undefined,
      log: last === null ? [] : [`the last login said: ${last.message}`],
    },
  );
