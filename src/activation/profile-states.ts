// How the profiles of a host stand there, and which generations they have: asked of the host in one script, which looks
// where the guard would look.
import { z } from "zod";
import { readAsset } from "../assets.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { GenerationNumber } from "../domain/generation-number.ts";
import { StorePath } from "../domain/store-path.ts";
import type { Connection } from "../ssh/connection.ts";
import type { GuardProfile } from "./guard.ts";
import { orderedProfiles } from "./ordered-profiles.ts";

/** How a profile stands on its host. */
export interface ProfileState {
  readonly name: string;
  /** Where the profile is; null where the host does not know its user. */
  readonly profilePath: string | null;
  /** What it holds; null where there is none yet. */
  readonly current: StorePath | null;
  readonly generation: GenerationNumber | null;
  /** Whether nothing is left to do: it holds what is wanted, and where that is a system, it runs. */
  readonly isActive: boolean;
}

/** One generation of a profile. */
export interface ProfileGeneration {
  readonly generation: GenerationNumber;
  readonly path: StorePath;
  /** YYYY-MM-DD HH:MM:SS, in the host's local time. */
  readonly date: string;
}

/** Milliseconds. */
const deadline = 60_000;

const orNull = <T>(schema: z.ZodType<T>) => z.union([z.literal("").transform(() => null), schema]);
const Generation = z.coerce.number().pipe(GenerationNumber);
const State = z.object({
  number: z.coerce.number().int(),
  profilePath: orNull(z.string()),
  // A profile may hold what is no store path of its own, as a link to a directory somewhere does.
  current: z.union([StorePath, z.string().transform(() => null)]),
  generation: orNull(Generation),
  isActive: z.enum(["yes", "no"]).transform((word) => word === "yes"),
});
const Listed = z.object({ generation: Generation, path: StorePath, date: z.string() });

/**
 * How each of the profiles stands, in the order given.
 *
 * @throws FlotillaError E_COMMAND when the host does not answer in the way it is asked.
 * @example await profileStates(connection, order.profiles, signal)
 */
export async function profileStates(
  connection: Connection,
  profiles: readonly GuardProfile[],
  signal: AbortSignal,
): Promise<readonly ProfileState[]> {
  if (profiles.length === 0) return [];
  const lines = await ask(connection, "tell_states", profiles, signal);
  const states = lines.flatMap(([kind, number, profilePath, current, generation, isActive]) =>
    kind === "state" ? [State.safeParse({ number, profilePath, current, generation, isActive })] : [],
  );
  return profiles.map(({ name }, index): ProfileState => {
    const state = states.find(({ success, data }) => success && data.number === index + 1)?.data;
    if (state === undefined) throw notUnderstood(connection, name);
    const { profilePath, current, generation, isActive } = state;
    return { name, profilePath, current, generation, isActive };
  });
}

/**
 * The generations of a profile, the newest first.
 *
 * @throws FlotillaError E_COMMAND when the host does not answer in the way it is asked.
 * @example await listProfileGenerations(connection, home, signal)
 */
export async function listProfileGenerations(
  connection: Connection,
  profile: GuardProfile,
  signal: AbortSignal,
): Promise<readonly ProfileGeneration[]> {
  const lines = await ask(connection, "tell_generations", [profile], signal);
  return lines.flatMap(([kind, generation, path, date]) => {
    if (kind !== "generation") return [];
    const listed = Listed.safeParse({ generation, path, date });
    if (!listed.success) throw notUnderstood(connection, profile.name);
    return [listed.data];
  });
}

async function ask(
  connection: Connection,
  question: "tell_states" | "tell_generations",
  profiles: readonly GuardProfile[],
  signal: AbortSignal,
): Promise<string[][]> {
  const script = [
    readAsset("src/activation/guard/paths.sh"),
    readAsset("src/activation/guard/users.sh"),
    readAsset("src/activation/guard/profile.sh"),
    readAsset("src/activation/guard/profile-contents.sh"),
    readAsset("src/activation/guard/generations.sh"),
    ...orderedProfiles(profiles),
    readAsset("src/activation/guard/profile-states.sh"),
  ].join("\n");
  const command = { words: ["sh", "-s", "--", question], stdin: script, asRoot: true, deadline };
  const { exitCode, stdout, stderr } = await connection.run(command, { signal });
  if (exitCode !== 0) {
    const { host } = connection.target;
    const log = stderr.split("\n").slice(-10);
    throw new FlotillaError("E_COMMAND", `${host}: its profiles could not be looked at`, { host, log });
  }
  return stdout.split("\n").map((line) => line.split("\t"));
}

function notUnderstood(connection: Connection, profile: string): FlotillaError {
  const { host } = connection.target;
  return new FlotillaError("E_COMMAND", `${host}: what it says of the profile ${profile} is not understood`, { host });
}
