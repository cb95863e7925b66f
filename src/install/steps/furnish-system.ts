// What lies on the new disks beside the system: the operator's files, and the keys that the machine will prove itself with.
import { readAsset } from "../../assets.ts";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import { shellQuote } from "../../domain/shell-quote.ts";
import type { HostInstallation } from "../host-installation.ts";
import type { InstallOptions } from "../install-options.ts";
import type { InstallServices } from "../install-services.ts";
import type { Lifeline } from "../lifeline.ts";
import { commandOnMachine, scriptOnMachine, writeOnMachine } from "../machine-work.ts";

type FurnishServices = Pick<InstallServices, "archive" | "interruption" | "readFile">;

/** Milliseconds for the operator's files, however many they are. */
const extractDeadline = 6 * 3_600_000;

/** Copies the operator's files to the root of the system, owned by root, and then gives away what is somebody else's. */
export async function sendExtraFiles(
  { archive, interruption }: FurnishServices,
  line: Lifeline,
  { chown, extraFiles }: InstallOptions,
  { mountPoint }: HostInstallation,
): Promise<void> {
  const signal = interruption.leave;
  if (extraFiles !== null) {
    const stdin = await archive(extraFiles, signal);
    // -o: what is unpacked is root's. The directory's own mode would become that of the root of the system.
    const script = 'tar -C "$1" -xpof - && chmod 755 "$1"';
    await commandOnMachine(
      line,
      { words: ["sh", "-c", script, "sh", mountPoint], stdin, deadline: extractDeadline },
      {
        code: "E_INSTALL",
        phase: "install",
        what: `the files of ${extraFiles} could not be unpacked`,
        hint: `df ${mountPoint} there`,
      },
      signal,
    );
  }
  for (const { owner, path } of chown) {
    const place = placeInside(mountPoint, path);
    await commandOnMachine(
      line,
      { words: ["chown", "-h", "-R", "--", owner, place], stdin: "" },
      {
        code: "E_INSTALL",
        phase: "install",
        what: `${place} could not be given to ${owner}`,
        hint: "the names of the new system's users are not known yet: give numbers, as USER:GROUP",
      },
      signal,
    );
  }
}

/** Where a path of the installed system is while that is mounted. @throws FlotillaError E_USAGE for one that leads out of it */
export function placeInside(root: string, path: string): string {
  const inside = path.split("/").filter((part) => part !== "" && part !== ".");
  if (inside.length > 0 && !inside.includes("..")) return `${root}/${inside.join("/")}`;
  throw new FlotillaError("E_USAGE", `--chown ${path}: expected a path inside of the installed system`);
}

/** Puts the host keys in their places, or has the machine make them there; resolves with their public halves. */
export async function giveHostKeys(
  { interruption, readFile }: FurnishServices,
  line: Lifeline,
  { copyHostKeys, hostKey }: InstallOptions,
  { host, hostKeys, mountPoint }: HostInstallation,
): Promise<readonly string[]> {
  const signal = interruption.leave;
  const failure = {
    code: "E_INSTALL",
    phase: "install",
    what: "the system's ssh host keys could not be made",
    hint: "the installer needs ssh-keygen; or give a key with --host-key",
  } as const;
  const wanted = hostKeys.filter(({ path, type }) => /^[a-z0-9-]+$/u.test(type) && /^\/[^\n]+$/u.test(path));
  if (hostKey !== null) {
    const first = wanted.find(({ type }) => type === "ed25519") ?? wanted[0];
    const place = `${mountPoint}${first?.path ?? "/etc/ssh/ssh_host_ed25519_key"}`;
    await writeOnMachine(line, place, await readFile(hostKey), { ...failure, code: "E_KEY" }, signal);
  }
  const script = `copies=${copyHostKeys ? "yes" : "no"}\n${readAsset("src/install/steps/host-keys.sh")}`;
  const words = [mountPoint, `root@${host.name}`, ...wanted.flatMap(({ path, type }) => [type, path])];
  return publicKeys(await scriptOnMachine(line, script, words, failure, signal));
}

/** The public host keys of a system that an earlier run furnished; none where they cannot be read. */
export async function readHostKeys(
  { interruption }: Pick<FurnishServices, "interruption">,
  line: Lifeline,
  { hostKeys, mountPoint }: HostInstallation,
): Promise<readonly string[]> {
  const files = hostKeys.map(({ path }) => `${mountPoint}${path}.pub`);
  const { stdout } = await line.connection.run(
    { words: ["sh", "-c", `cat -- ${shellQuote(["/dev/null", ...files])}`], asRoot: true, deadline: 30_000 },
    { signal: interruption.leave },
  );
  return publicKeys(stdout);
}

/** Without the comments. */
export const publicKeys = (text: string): readonly string[] =>
  text.split("\n").flatMap((line) => {
    // They are written into known_hosts, and shown: nothing else may come from there.
    const [, key] = /^([a-z0-9@.-]+ [A-Za-z0-9+/]+={0,3})(?:\s|$)/u.exec(line) ?? [];
    return key === undefined ? [] : [key];
  });
