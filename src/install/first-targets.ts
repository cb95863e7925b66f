// Where a machine is logged in to before it is what is installed, and where the installed system must answer.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Host } from "../fleet/fleet.ts";
import { howToWriteAnAddress, parseHostAddress } from "../fleet/host-address.ts";
import { confirmTargets, loginTargets } from "../fleet/target-of.ts";
import type { Target } from "../ssh/target.ts";
import type { InstallLogin } from "./install-options.ts";

/** How a login is made, whatever the host's settings say. */
export interface LoginWords {
  readonly login: InstallLogin;
  /** The file of the key to log in with, once there is one. */
  readonly identityFile: string | null;
  /** --ssh-opts, --ssh-user, and words of --sudo. */
  readonly options: readonly string[];
  readonly user: string | null;
  readonly elevation: readonly string[] | null;
}

/** The operator's word for where the host is now; null: as its settings say. */
export const givenAddress = ({ address, addresses }: InstallLogin, host: HostName): string | null =>
  addresses.get(host) ?? address;

/** The login that the operator's words alone describe; null where they do not say where. */
export function earlyTarget(host: HostName, words: LoginWords): Target | null {
  const text = givenAddress(words.login, host);
  if (text === null) return null;
  const address = parseHostAddress(text);
  if (address === null) {
    throw new FlotillaError("E_USAGE", `"${text}" is no address`, { host, hint: howToWriteAnAddress });
  }
  return asFirst({ host, ...address, options: [], hostKey: null, elevation: null }, words);
}

/** Where the host is now. @throws FlotillaError E_NOT_DEPLOYED where nothing says so */
export function firstTargets(host: Host, words: LoginWords): readonly Target[] {
  const targets = loginTargets(host, { override: givenAddress(words.login, host.name) ?? undefined });
  if (targets.length > 0) return targets.map((target) => asFirst(target, words));
  throw new FlotillaError("E_NOT_DEPLOYED", `${host.name}: nothing says where it is: its targetHost is null`, {
    host: host.name,
    step: "connect",
    hint: `flotilla install ${host.name} --target root@ADDRESS`,
  });
}

/** The key that its settings pin, and how root is reached, are those of what is to be installed. */
function asFirst(target: Target, words: LoginWords): Target {
  const { elevation, login, user } = words;
  return {
    ...target,
    port: target.port ?? login.port,
    user: target.user ?? user ?? "root",
    options: [...operatorOptions(words), ...target.options, ...compression(target.address)],
    hostKey: null,
    elevation,
  };
}

const operatorOptions = ({ identityFile, login, options }: LoginWords): readonly string[] => [
  ...(identityFile === null ? [] : ["-i", identityFile]),
  ...login.sshOptions.flatMap((option) => ["-o", option]),
  ...options,
];

/** Over the internet it is the line that is slow; within a network it would be the compression. */
function compression(address: string): readonly string[] {
  const isNear =
    /^(?:10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./u.test(address) ||
    /^(?:f[cd]|fe80|::1)/iu.test(address) ||
    !/[.:]/u.test(address);
  return isNear ? [] : ["-o", "Compression=yes"];
}

/**
 * Where the installed system must answer: as its configuration declares, and where the machine was reached, by the user and
 * on the ports of the installed system.
 *
 * @param key of the installed system; null: not known
 */
export function installedTargets(
  host: Host,
  cameInBy: Target,
  words: LoginWords,
  key: string | null,
): readonly Target[] {
  const given = parseHostAddress(givenAddress(words.login, host.name) ?? "");
  const bare = given === null ? null : bracketed(given.address);
  const overrides = bare === null ? [undefined] : [...(given?.port ? [`${bare}:${given.port}`] : []), bare];
  const targets = overrides.flatMap((override) => confirmTargets(host, cameInBy, { override }));
  const byWay = new Map(
    targets.map((target) => {
      const options = [...operatorOptions(words), ...target.options];
      return [`${target.address} ${target.port ?? ""}`, { ...target, options, hostKey: key ?? target.hostKey }];
    }),
  );
  return [...byWay.values()];
}

const bracketed = (address: string): string => (address.includes(":") ? `[${address}]` : address);

/** One of the keys that the machine says are its own, to hold it to: ed25519 where it has one. */
export const pinnedKey = (keys: readonly string[]): string | null =>
  keys.find((key) => key.startsWith("ssh-ed25519 ")) ?? keys[0] ?? null;
