// How people write where a host is: [user@]address[:port], with brackets around an IPv6 address that has a port.

export interface HostAddress {
  readonly user: string | null;
  readonly address: string;
  readonly port: number | null;
}

/** What to do about text that is no address. */
export const howToWriteAnAddress = "write it as address, user@address or [IPv6 address]:port";

/**
 * Takes `[user@]address[:port]` apart; null where it is none. A bare IPv6 address needs no brackets, as it has more
 * than one colon. What could read as a flag of ssh (a leading dash) is none.
 *
 * @example parseHostAddress("deploy@[fd00::1]:2222") // { user: "deploy", address: "fd00::1", port: 2222 }
 */
export function parseHostAddress(text: string): HostAddress | null {
  const parts =
    /^(?:(?<user>[^@\s]+)@)?(?:\[(?<bracketed>[^\][\s]+)\]|(?<plain>[^@\][\s]+?))(?::(?<port>\d{1,5}))?$/u.exec(text);
  if (parts?.groups === undefined) return null;
  const { user = null, bracketed, plain } = parts.groups;
  const bare = bracketed === undefined && (text.match(/:/gu)?.length ?? 0) > 1;
  const address = bare ? text.slice(user === null ? 0 : user.length + 1) : (bracketed ?? plain ?? "");
  const port = bare || parts.groups["port"] === undefined ? null : Number(parts.groups["port"]);
  if (address === "" || address.startsWith("-") || user?.startsWith("-") === true) return null;
  if (!bare && bracketed === undefined && address.includes(":")) return null;
  if (port !== null && (port < 1 || port > 65_535)) return null;
  return { user, address, port };
}
