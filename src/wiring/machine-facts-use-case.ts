// `flotilla facts`: one login to a machine that no configuration has to know, and what it says of itself.
import type { FactsOptions } from "../cli/use-cases.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { howToWriteAnAddress, parseHostAddress } from "../fleet/host-address.ts";
import type { MachineFacts } from "../install/machine-facts.ts";
import { gatherFacts } from "../install/read-facts.ts";
import { splitShellWords } from "../ssh/split-shell-words.ts";
import type { Target } from "../ssh/target.ts";
import { firstContact } from "./first-contact.ts";
import type { Viewpoint } from "./visit.ts";

/** @throws FlotillaError E_USAGE for an address that cannot be one; what the login and the asking end in */
export async function machineFacts(
  options: FactsOptions,
  { onWarning, signal, tools }: Viewpoint,
): Promise<MachineFacts> {
  if (options.askSudoPassword) await tools.askElevationPassword(options.address);
  const connection = await firstContact(tools.ssh, [targetOf(options)], {
    password: null,
    signal,
    onWarning: ({ hint, message }) => onWarning(`${message}; ${hint}`),
  });
  try {
    return await gatherFacts(connection, signal);
  } finally {
    await connection.close();
  }
}

function targetOf({ address: text, elevation, identity, port, sshOptions, user }: FactsOptions): Target {
  const address = parseHostAddress(text);
  if (address === null) throw new FlotillaError("E_USAGE", `"${text}" is no address`, { hint: howToWriteAnAddress });
  return {
    // Errors name it as it was written, where that can be a name.
    host: HostName.safeParse(address.address).data ?? HostName.parse("machine"),
    address: address.address,
    port: address.port ?? port,
    user: address.user ?? user,
    options: [...(identity === null ? [] : ["-i", identity]), ...sshOptions],
    hostKey: null,
    elevation: elevation === null ? null : [...splitShellWords(elevation), "root"],
  };
}
