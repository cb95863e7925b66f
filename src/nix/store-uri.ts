// The address of a store on another machine, as every Nix since 2.8 reads it.

export interface RemoteStore {
  /** user@address as in Connection.nix; ssh's own options are in NIX_SSHOPTS. */
  readonly authority: string;
  /** Words that make the user root there; [] for none. */
  readonly elevation: readonly string[];
  /** Where the file system is mounted that has the store in it, as in an installer: "/mnt". Absent: it is the machine's own. */
  readonly root?: string;
  /** Further settings of the store, by their names in Nix's manual, e.g. compress. */
  readonly settings?: readonly (readonly [name: string, value: string])[];
}

/**
 * An ssh-ng URI. With elevation the store is served by root's own `nix-daemon --stdio`, so that it takes unsigned paths
 * from a user it does not trust: `remote-program` is split at blanks, by Nix (since 2.20) or by the remote shell (before).
 *
 * @throws RangeError for a word of the elevation that would not survive both, and a root that a shell would read otherwise
 * @example storeUri({ authority: "ana@web-01", elevation: ["sudo", "-n"] }) // "ssh-ng://ana@web-01?remote-program=sudo%20-n%20nix-daemon"
 */
export function storeUri({ authority, elevation, root, settings = [] }: RemoteStore): string {
  const unsafe = elevation.find((word) => !/^[A-Za-z0-9_@%+=:,./-]+$/u.test(word));
  if (unsafe !== undefined) {
    throw new RangeError(`"${unsafe}" cannot be a word of a remote program: it must not need quoting`);
  }
  if (root !== undefined && !/^\/[A-Za-z0-9_./-]+$/u.test(root)) {
    throw new RangeError(`"${root}" cannot be the root of a store there: it must not need quoting`);
  }
  const parameters = [
    ...(elevation.length === 0 ? [] : [["remote-program", [...elevation, "nix-daemon"].join(" ")] as const]),
    // Unlike a store's own `root`, this is opened by the program there.
    ...(root === undefined ? [] : [["remote-store", `local?root=${root}`] as const]),
    ...settings,
  ];
  const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return `ssh-ng://${authority}${query === "" ? "" : `?${query}`}`;
}
