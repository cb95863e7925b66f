// Where deploy-flake deploys to: USER@HOST, or nixos://[USER@]HOST[/CONFIGURATION]. Without a configuration the machine itself
// says which one is its own: the one that is called like it.
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { howToWriteAnAddress, parseHostAddress } from "../fleet/host-address.ts";

export interface Destination {
  /** [user@]address[:port], as fleet/host-address.ts reads it. */
  readonly address: string;
  /** The host of the fleet; where none is named, the address alone, until the machine was asked. */
  readonly host: string;
}

/**
 * Reads a word; null where it is no destination but, say, a host of the fleet.
 *
 * @throws FlotillaError E_USAGE for a destination without a machine, or of another kind than nixos
 * @example parseDestination("nixos://root@192.0.2.7/web-1") // { address: "root@192.0.2.7", host: "web-1" }
 */
export function parseDestination(word: string): Destination | null {
  const url = /^(?<flavour>nixos|darwin|home):\/\/(?<address>[^/]*)(?:\/(?<host>.*))?$/u.exec(word)?.groups;
  if (url === undefined) {
    const bare = /^[^@/#]+@[^/#@]+$/u.test(word) ? parseHostAddress(word) : null;
    return bare === null ? null : { address: word, host: bare.address };
  }
  const { address = "", flavour, host = "" } = url;
  if (flavour !== "nixos") throw usage(word, `there are only destinations of the kind nixos, not ${flavour}`);
  const parsed = parseHostAddress(address);
  if (parsed === null) throw usage(word, address === "" ? "it names no machine" : `"${address}" is no address`);
  if (host !== "" && !HostName.safeParse(host).success) throw usage(word, `"${host}" can be no host's name`);
  return { address, host: host === "" ? parsed.address : host };
}

const usage = (word: string, what: string): FlotillaError =>
  new FlotillaError("E_USAGE", `the destination "${word}" is not understood: ${what}`, {
    hint: `write it as nixos://[USER@]HOST[/CONFIGURATION]; a HOST: ${howToWriteAnAddress}`,
  });

/** The addresses by host, and the words of a selection, as far as destinations have a say in both. */
export interface DestinationWords {
  readonly addresses: ReadonlyMap<string, string>;
  readonly on: string | null;
}

/**
 * Puts the names of hosts in the place of addresses that are none: each such machine is asked for its own, all at once.
 *
 * @param names of the fleet's hosts
 * @param ask the machine at an address what it is called
 * @throws FlotillaError E_USAGE where two machines would get the same configuration; what `ask` rejects with
 */
export async function nameDestinations<Words extends DestinationWords>(
  words: Words,
  names: readonly string[],
  ask: (address: string) => Promise<string>,
): Promise<Words> {
  const named = await Promise.all(
    Array.from(words.addresses, async ([host, address]) => {
      const name = names.includes(host) ? host : await ask(address);
      return { host, address, name };
    }),
  );
  if (named.every(({ host, name }) => host === name)) return words;
  const addresses = new Map(named.map(({ address, name }) => [name, address]));
  const twice = named.find(({ address, name }) => addresses.get(name) !== address);
  if (twice !== undefined) {
    const { address, name } = twice;
    throw new FlotillaError("E_USAGE", `${address} and ${addresses.get(name)} are both called ${name}`, {
      hint: "name the configuration of each: nixos://[USER@]HOST/CONFIGURATION",
    });
  }
  const renamed = new Map(named.map(({ host, name }) => [host, name]));
  const on = words.on?.split(",").map((term) => renamed.get(term) ?? term);
  return { ...words, addresses, on: on?.join(",") ?? null };
}
