// The generations of a host's system profile, as `nixos-rebuild list-generations --json` shows them on the host itself.
import { z } from "zod";
import { readAsset } from "../assets.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { GenerationNumber } from "../domain/generation-number.ts";
import { StorePath } from "../domain/store-path.ts";
import type { Connection } from "../ssh/connection.ts";

/** What nixos-rebuild-ng prints (models.py, GenerationJson), and the system itself. */
const Generation = z.object({
  generation: z.coerce.number().pipe(GenerationNumber),
  path: StorePath,
  /** YYYY-MM-DD HH:MM:SS, in the host's local time. */
  date: z.string(),
  nixosVersion: z.string(),
  kernelVersion: z.string(),
  configurationRevision: z.string(),
  specialisations: z.array(z.string()),
  current: z.boolean(),
});
export type Generation = z.infer<typeof Generation>;

/** Milliseconds. */
const deadline = 60_000;

/** Newest first. Throws E_COMMAND when the host does not answer in the way it is asked. */
export async function listGenerations(
  connection: Connection,
  profile: string,
  signal: AbortSignal,
): Promise<readonly Generation[]> {
  const { exitCode, stdout, stderr } = await connection.run(
    {
      words: ["sh", "-s", "--", profile],
      stdin: readAsset("src/operate/list-generations.sh"),
      asRoot: false,
      deadline,
    },
    { signal },
  );
  const { host } = connection.target;
  if (exitCode !== 0) {
    throw new FlotillaError("E_COMMAND", `${host}: its generations could not be listed`, {
      host,
      log: stderr.split("\n").slice(-10),
    });
  }
  const generations = parseGenerations(stdout);
  if (generations !== null) return generations;
  throw new FlotillaError("E_COMMAND", `${host}: what it says of its generations is not understood`, { host });
}

/**
 * null where a line is none of a generation: what is in a profile need not be what NixOS puts there.
 *
 * @example parseGenerations("2\t/nix/store/…-nixos-system-web-01-25.05.2\t2026-05-01 10:00:00\t25.05.2\t6.12.1\tUnknown\t\tcurrent\n")
 */
function parseGenerations(text: string): readonly Generation[] | null {
  const lines = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [generation, path, date, nixosVersion, kernelVersion, configurationRevision, specialisations, mark] =
        line.split("\t");
      return Generation.safeParse({
        generation,
        path,
        date,
        nixosVersion,
        kernelVersion,
        configurationRevision,
        specialisations: (specialisations ?? "").split(" ").filter((name) => name !== ""),
        current: mark === "current",
      });
    });
  return lines.every(({ success }) => success) ? lines.flatMap(({ data }) => data ?? []) : null;
}
