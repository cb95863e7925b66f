// What may follow `flotilla install`: hosts, hosts with their addresses, and the one address that nixos-anywhere takes.
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { howToWriteAnAddress, parseHostAddress } from "../fleet/host-address.ts";

export interface InstallWords {
  /** null: none was named. */
  readonly flake: string | null;
  /** Terms of a selection. Never empty: which machines are wiped is always said. */
  readonly on: readonly [string, ...string[]];
  /** Of the one host that is selected. */
  readonly address: string | null;
  /** By host where it is now. */
  readonly addresses: ReadonlyMap<string, string>;
  /** The hosts are those of nixosConfigurations, as nixos-anywhere has them. */
  readonly isConfiguration: boolean;
}

export interface InstallWordsInput {
  /** HOST, HOST=ADDRESS, or [user@]address where --flake names the host. */
  readonly words: readonly string[];
  /** --flake */
  readonly flake: string | null;
  /** --on, joined. */
  readonly on: string | null;
  /** --target */
  readonly target: string | null;
  /** --store-paths: nothing is read that would have to name the host. */
  readonly isBuilt: boolean;
}

/**
 * Reads them.
 *
 * @throws FlotillaError E_USAGE where no host is named, or one address is given for several
 * @example installWords({ words: ["root@192.0.2.7"], flake: ".#web", on: null, target: null, isBuilt: false }) // web, at that address
 */
export function installWords({ flake, isBuilt, on, target, words }: InstallWordsInput): InstallWords {
  const { name, reference } = splitFlake(flake);
  if (name !== null) return ofConfiguration(reference, name, words, on, target);
  const machine = isBuilt && on === null ? machineAlone(words, target) : null;
  if (machine !== null) return { flake: null, ...machine, addresses: new Map(), isConfiguration: false };
  const addresses = new Map<string, string>();
  const terms = words.map((word) => {
    const [, host, address] = /^([^=]+)=(.+)$/su.exec(word) ?? [];
    if (host === undefined || address === undefined) {
      if (!word.includes("@") || word.startsWith("@") || word.startsWith("!@")) return word;
      throw new FlotillaError("E_USAGE", `"${word}" is an address, and no host is named`, {
        hint: `name the host: flotilla install HOST --target ${word}, or --flake ${reference ?? "."}#HOST`,
      });
    }
    if (parseHostAddress(address) === null) {
      throw new FlotillaError("E_USAGE", `"${address}" is no address`, { hint: howToWriteAnAddress });
    }
    addresses.set(host, address);
    return host;
  });
  const [first, ...others] = [...terms, ...(on === null ? [] : [on])];
  if (first === undefined) {
    throw new FlotillaError("E_USAGE", "which host is to be installed is not said", {
      hint: "flotilla install HOST --target root@ADDRESS, or --flake .#HOST root@ADDRESS",
    });
  }
  return { flake: reference, on: [first, ...others], address: target, addresses, isConfiguration: false };
}

/** What is built already is installed on `root@ADDRESS`, and is called like it; null: the words name a host. */
function machineAlone(words: readonly string[], target: string | null): Pick<InstallWords, "address" | "on"> | null {
  const [text, ...others] = [...words, ...(target === null ? [] : [target])];
  if (text === undefined || others.length > 0 || (target === null && !text.includes("@"))) return null;
  const parsed = parseHostAddress(text);
  const name = HostName.safeParse(parsed?.address.replaceAll(":", "-").replace(/%.*/su, ""));
  return name.success ? { on: [name.data], address: text } : null;
}

/** As nixos-anywhere has it: the flake names the configuration, the word is the machine. */
function ofConfiguration(
  flake: string | null,
  name: string,
  words: readonly string[],
  on: string | null,
  target: string | null,
): InstallWords {
  const [word = null, ...others] = words;
  if (on !== null || others.length > 0 || (word !== null && target !== null)) {
    throw new FlotillaError("E_USAGE", `--flake names one host, ${name}, and there are more words than its address`, {
      hint: "several hosts at once: flotilla install --flake REF HOST=ADDRESS HOST=ADDRESS",
    });
  }
  // A word that is the host itself says nothing new.
  const address = target ?? (word === name ? null : word);
  if (address !== null && parseHostAddress(address) === null) {
    throw new FlotillaError("E_USAGE", `"${address}" is no address`, { hint: howToWriteAnAddress });
  }
  return { flake, on: [name], address, addresses: new Map(), isConfiguration: true };
}

/**
 * `REF#NAME` in two, at the last `#`. NAME may be written as an attribute: nixosConfigurations.NAME, with or without
 * `.config` behind it, and in quotes.
 */
function splitFlake(text: string | null): { readonly reference: string | null; readonly name: string | null } {
  const hash = text?.lastIndexOf("#") ?? -1;
  if (text === null || hash === -1) return { reference: text, name: null };
  const reference = text.slice(0, hash) || ".";
  const written = text.slice(hash + 1);
  if (written === "") return { reference, name: null };
  const attribute = /^nixosConfigurations\.(?:"([^"]+)"|([^".]+))(?:\.config)?$/u.exec(written);
  const isAttribute = written.startsWith("nixosConfigurations.");
  const bare = isAttribute ? (attribute?.[1] ?? attribute?.[2]) : (/^"(.*)"$/u.exec(written)?.[1] ?? written);
  const name = HostName.safeParse(bare);
  if (name.success) return { reference, name: name.data };
  throw new FlotillaError("E_USAGE", `--flake "${text}": "${written}" names no host that can be installed`, {
    hint: `write it as ${reference}#NAME, for nixosConfigurations.NAME; a variant of a host is a configuration of its own`,
  });
}
