// The machine that is rebuilt, as far as it has to be known before its configuration is: what it calls itself decides which
// configuration is meant.
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { howToWriteAnAddress, parseHostAddress } from "../fleet/host-address.ts";
import { splitShellWords } from "../ssh/split-shell-words.ts";
import type { FleetFormName } from "../nix/forms/fleet-form.ts";
import type { Connection } from "../ssh/connection.ts";
import { type Target, thisMachine } from "../ssh/target.ts";

/** Milliseconds, for a question of one line. */
const deadline = 20_000;

/**
 * Where a machine is that the operator named; null: this one.
 *
 * @throws FlotillaError E_USAGE for an address that cannot be one
 */
export function machineTarget(text: string | null): Target {
  // What nixos-rebuild also takes for a host: the address of its store.
  const address = parseHostAddress((text ?? thisMachine).replace(/^ssh(?:-ng)?:\/\//u, ""));
  if (address === null) throw new FlotillaError("E_USAGE", `"${text}" is no address`, { hint: howToWriteAnAddress });
  const host = HostName.parse(text === null ? "this-machine" : "target");
  return { host, ...address, options: [], hostKey: null, elevation: null };
}

export interface Machine {
  readonly hostname: string;
  /** The output of a flake that has configurations for such machines. */
  readonly form: FleetFormName;
}

/** Asks the machine itself. */
export async function askMachine(
  connection: Pick<Connection, "run" | "target">,
  signal: AbortSignal,
): Promise<Machine> {
  const command = { words: ["uname", "-sn"], asRoot: false, deadline };
  const { exitCode, stderr, stdout } = await connection.run(command, { signal });
  const [kernel = "", hostname = ""] = stdout.trim().split(" ");
  if (exitCode === 0 && kernel !== "") {
    return { hostname, form: kernel === "Darwin" ? "darwinConfigurations" : "nixosConfigurations" };
  }
  throw new FlotillaError("E_COMMAND", "the machine does not say what it is called", { log: stderr.split("\n") });
}

/**
 * The name of a configuration as the name of a host.
 *
 * @throws FlotillaError E_USAGE where it can be none
 */
export function configurationName(name: string): HostName {
  const parsed = HostName.safeParse(name);
  if (parsed.success) return parsed.data;
  throw new FlotillaError("E_USAGE", `"${name}" can be no configuration's name: ${parsed.error.issues[0]?.message}`, {
    hint: "name it: --flake REF#NAME",
  });
}

/** The words of `NIX_SUDOOPTS`, where the operator wants sudo; null: found out at the login. */
export function elevationWords(
  elevate: "sudo" | "run0" | "none" | null,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] | null {
  switch (elevate) {
    case "sudo": {
      const options = splitShellWords(environment["NIX_SUDOOPTS"] ?? "");
      return options.length === 0 ? null : ["sudo", ...options, "-H", "--"];
    }
    case "run0":
      return ["run0", "--no-ask-password", "--"];
    case "none":
    case null:
      return null;
  }
}
