// `--upgrade`: the channels of root on this machine, before anything is evaluated.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Connection } from "../ssh/connection.ts";

/** Milliseconds: a channel is a download. */
const deadline = 3_600_000;

/** Those that say so themselves are updated with `nixos`: nixos-rebuild's convention. */
const marked =
  'cd /nix/var/nix/profiles/per-user/root/channels 2>/dev/null || exit 0; for file in */.update-on-nixos-rebuild; do [ ! -e "$file" ] || echo "${file%/*}"; done';

/**
 * Updates root's channels: all, or `nixos` and those that ask for it.
 *
 * @throws FlotillaError E_COMMAND with what nix-channel said; E_ELEVATION where nobody is root
 */
export async function upgradeChannels(
  connection: Pick<Connection, "run">,
  which: "nixos" | "all",
  signal: AbortSignal,
): Promise<void> {
  const names = which === "all" ? [] : ["nixos", ...(await markedChannels(connection, signal))];
  const words = ["nix-channel", "--update", ...new Set(names)];
  const { exitCode, stderr } = await connection.run({ words, asRoot: true, deadline }, { signal });
  if (exitCode === 0) return;
  throw new FlotillaError("E_COMMAND", "the channels were not updated", {
    hint: "nothing was built or changed; go on without --upgrade where the channels are as they should be",
    log: stderr.split("\n").slice(-20),
  });
}

async function markedChannels(connection: Pick<Connection, "run">, signal: AbortSignal): Promise<readonly string[]> {
  const { stdout } = await connection.run({ words: ["sh", "-c", marked], asRoot: true, deadline: 20_000 }, { signal });
  return stdout.split("\n").filter((name) => name !== "");
}
