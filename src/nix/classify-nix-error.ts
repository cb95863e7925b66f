// What Nix's stderr means, as a table: the first row whose pattern is in the text decides.
// Each row has a sample of real output in classify-nix-error.test.ts.
import { stripVTControlCharacters } from "node:util";
import type { ErrorCode } from "../domain/error-codes.ts";
import { moduleSystemErrors } from "./module-system-errors.ts";
import type { FailurePlace, NixErrorRow } from "./nix-error-row.ts";

export interface KnownNixError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

const table: readonly NixErrorRow[] = [
  {
    pattern:
      /'\/nix\/store\/[0-9a-z]{32}-source\/(?:[^']*\/)?flake\.nix'(?:: No such file| does not exist)|is not part of a flake|does not contain a '[^']*flake\.nix' file|does not appear to be a git repository/u,
    code: "E_NO_FLEET",
    message: "there is no flake.nix",
    hint: "run it in the directory of the flake, or name one: --flake REF; a new flake.nix must be added to git first",
  },
  {
    // The whole of what was said: within an evaluation it is some file that a configuration reads.
    pattern:
      /could not find a flake\.nix file|^(?:path '[^\n]*\n)?error: getting status of '(?!\/nix\/store\/)[^']+': No such file or directory\s*$/u,
    code: "E_NO_FLEET",
    message: "there is no flake at that path",
    hint: "name the directory that flake.nix is in: --flake REF",
  },
  {
    pattern: /cannot find flake '(?:flake:)?([^']+)' in the flake registries/u,
    code: "E_NO_FLEET",
    message: "no registry of flakes knows $1",
    hint: "a path begins with ./ or /: --flake ./$1",
  },
  {
    pattern: /No space left on device|database or disk is full/u,
    code: { here: "E_LOCAL_DISK_FULL", there: "E_TARGET_DISK_FULL" },
    message: "no space left on the device",
    hint: "nix-collect-garbage -d frees what no generation needs",
  },
  {
    pattern: /(?:Path|path) '([^']+)' (?:in the repository "[^"]*" )?is not tracked by Git/u,
    code: "E_UNTRACKED_FILE",
    message: "git does not track $1",
    hint: "git add --intent-to-add $1",
  },
  {
    pattern: /Path '([^']+)' does not exist in Git repository/u,
    code: "E_UNTRACKED_FILE",
    message: "the git repository has no $1",
    hint: "git add --intent-to-add $1, if it is there",
  },
  {
    pattern:
      /(?:getting status of|opening file|path) '\/nix\/store\/[0-9a-z]{32}-source\/([^']+)'(?:: No such file or directory| does not exist)/u,
    code: "E_UNTRACKED_FILE",
    message: "the flake's source has no $1",
    hint: "a flake sees only what git tracks: git add --intent-to-add $1",
  },
  {
    pattern: /syntax error, ([^\n]+)/u,
    code: "E_EVALUATION",
    message: "a file of the configuration is not Nix: $1",
    hint: "the lines above name the file and the place",
  },
  {
    pattern: /is a shallow Git repository/u,
    code: "E_FLAKE_LOCK",
    message: "the git repository is a shallow clone",
    hint: "clone it whole (fetch-depth: 0 in GitHub's checkout), or name the flake with ?shallow=1",
  },
  {
    pattern: /unable to execute 'git'|executing 'git': No such file/u,
    code: "E_FLAKE_LOCK",
    message: "git is not installed here",
    hint: "install git, or use a path: flake",
  },
  {
    pattern:
      /repository path '([^']+)' is not owned by current user|detected dubious ownership in repository at '([^']+)'|usage: git diff --no-index/u,
    code: "E_FLAKE_LOCK",
    message: "git does not trust the repository, which belongs to another user",
    hint: "git config --global --add safe.directory DIRECTORY",
  },
  {
    pattern:
      /lacks a signature by a trusted key|cannot add path '[^']+' because it lacks a (?:valid )?signature|no signature by a trusted key/u,
    code: "E_UNSIGNED_PATHS",
    message: "the host's Nix takes no unsigned paths from this user",
    hint:
      "deploy as root, or as a user that may sudo without a password; or add the user to nix.settings.trusted-users; " +
      "or sign with a key of nix.settings.trusted-public-keys",
  },
  {
    pattern: /hash mismatch in fixed-output derivation '([^']+)'/u,
    code: "E_BUILD",
    message: "$1 fetched something else than its hash says",
    hint: "put the hash that Nix got into the configuration, if the new content is to be trusted",
  },
  {
    pattern:
      /a '([^']+)' with features \{([^}]*)\} is required to build '([^']+)'|platform mismatch.*'([^']+)'|Required system: '([^']+)'/u,
    code: "E_SYSTEM_MISMATCH",
    message: "this machine cannot build for $1$4$5",
    hint: "build on the host (--build-on target), on another machine (--build-on HOST), or set up boot.binfmt.emulatedSystems here",
  },
  {
    pattern: /cannot connect to socket at '([^']+)'/u,
    code: "E_NIX_MISSING",
    message: "the Nix daemon does not answer at $1",
    hint: "systemctl start nix-daemon.socket",
  },
  {
    pattern:
      /opening lock file '\/nix\/var\/[^']+': Permission denied|creating directory '\/nix(?:\/[^']*)?': Permission denied/u,
    code: "E_NIX_MISSING",
    message: "this user may not use the Nix store",
    hint: "start the Nix daemon, or run it as the store's owner",
  },
  {
    pattern: /called without required argument '([^']+)'/u,
    code: "E_EVALUATION",
    message: "a function asks for the argument $1, which it does not get",
    hint: "give $1 a default: what a file evaluates to is called without arguments",
  },
  {
    pattern: /infinite recursion encountered/u,
    code: "E_EVALUATION",
    message: "infinite recursion: an option needs its own value",
    hint: "often config used in imports, or in the condition around a whole module; --show-trace shows the way round",
  },
  {
    pattern: /cannot build '([^']+)' during evaluation because the option 'allow-import-from-derivation' is disabled/u,
    code: "E_EVALUATION",
    message: "the configuration imports from a derivation, $1, which is disabled",
    hint: "--option allow-import-from-derivation true",
  },
  {
    pattern: /access to absolute path '([^']+)' is forbidden in pure eval(?:uation)? mode/u,
    code: "E_EVALUATION",
    message: "the configuration reads $1, which is outside of the flake",
    hint: "move it into the flake, or evaluate with --impure",
  },
  {
    pattern: /cannot look up '<([^>]+)>' in pure evaluation mode/u,
    code: "E_EVALUATION",
    message: "the configuration looks up <$1>, which a flake does not have",
    hint: "take it from the flake's inputs, or evaluate with --impure",
  },
  {
    pattern:
      /requires lock file changes but they're not allowed|lock file contains? unlocked input|cannot update (?:unlocked )?(?:lock file|flake input)/u,
    code: "E_FLAKE_LOCK",
    message: "flake.lock does not fit flake.nix",
    hint: "nix flake lock",
  },
  {
    pattern: /NAR hash mismatch in input '([^']+)'|mismatch in field 'narHash' of input '([^']+)'/u,
    code: "E_FLAKE_LOCK",
    message: "the content of $1$2 is not what was locked",
    hint: "it changed under the run (start it again), or flake.lock is out of date: nix flake lock",
  },
  {
    pattern: /Could not resolve host: ([^\s;]+)|Couldn't resolve host name/u,
    code: "E_FLAKE_LOCK",
    message: "a name does not resolve: $1",
    hint: "the network may be down; what is locked and in the store already needs none",
  },
  {
    pattern: /HTTP error (\d+)|unable to download '([^']+)'/u,
    code: "E_FLAKE_LOCK",
    message: "a download failed $1$2",
    hint: "a private repository needs access-tokens in nix.conf",
  },
  {
    pattern: /does not provide attribute .*?'(nixosConfigurations[^']*)'/u,
    code: "E_NO_FLEET",
    message: "the flake has no $1",
    hint: "nix flake show lists what it has",
  },
  {
    // What was asked for is quoted part by part, and said before this.
    pattern: /flake '[^']*' does not provide attribute [^\n]*'(?:"[^"\n]*"\.?)+'/u,
    code: "E_EVALUATION",
    message: "the flake has no such attribute",
    hint: "flotilla repl, or nix flake show, shows what it has",
  },
  ...moduleSystemErrors,
  {
    pattern: /attribute '([^']+)' missing/u,
    code: "E_EVALUATION",
    message: "there is no $1",
    hint: "--show-trace shows who asks for it",
  },
];

/** For work on another machine: what ssh, sudo and the remote shell say. */
const connectionTable: readonly NixErrorRow[] = [
  {
    pattern:
      /sudo: (?:a password is required|.*not allowed to)|sorry, you must have a tty|doas: (?:Operation not permitted|Authentication required|Authorization required)|is not in the sudoers file/u,
    code: "E_ELEVATION",
    message: "the user cannot become root there without a password",
    hint: "allow it to run nix-daemon without one: security.sudo.wheelNeedsPassword = false, or a rule of its own",
  },
  {
    pattern: /nix-daemon: (?:command )?not found|nix-daemon: No such file/u,
    code: "E_COPY",
    message: "there is no nix-daemon on the PATH of the user there",
    hint: "the host needs Nix; on NixOS see that the PATH of non-interactive logins has /run/current-system/sw/bin, and /nix/var/nix/profiles/default/bin elsewhere",
  },
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/u,
    code: "E_HOST_KEY_CHANGED",
    message: "the ssh key is not the one known for it",
    hint: "if the change was meant: ssh-keygen -R HOST, and accept the new one",
  },
  {
    pattern: /Permission denied \((?:publickey|password|keyboard|hostbased|gssapi)/u,
    code: "E_AUTHENTICATION",
    message: "our ssh keys are refused there",
    hint: "ssh-add -l lists the keys of the agent",
  },
  {
    pattern: /Connection refused|No route to host|Network is unreachable|connect to host .*timed out/u,
    code: "E_UNREACHABLE",
    message: "no connection can be made",
    hint: "ssh -v to the same address shows why",
  },
  {
    pattern:
      /Broken pipe|Connection reset by peer|unexpected end-of-file|disconnected unexpectedly|closed by remote host|not responding|Connection timed out|failed to start SSH connection|lost connection/u,
    code: "E_CONNECTION_LOST",
    message: "the connection broke",
    hint: "run it again: what has arrived is not sent twice",
  },
];

/**
 * What the text means, where the table knows it.
 *
 * @param place where the failing work was done
 * @example classifyNixError("error: writing to file: No space left on device", "there")?.code // "E_TARGET_DISK_FULL"
 */
export function classifyNixError(stderr: string, place: FailurePlace): KnownNixError | null {
  // What Nix only warns of did not make it fail: a cache that is down, a download that worked at the second try.
  const text = stripVTControlCharacters(stderr).replaceAll(/^warning:.*$/gmu, "");
  for (const row of place === "there" ? [...table, ...connectionTable] : table) {
    const match = row.pattern.exec(text);
    if (match === null) continue;
    return {
      code: typeof row.code === "string" ? row.code : row.code[place],
      message: fill(row.message, match),
      hint: fill(row.hint, match),
    };
  }
  return null;
}

function fill(template: string, match: RegExpExecArray): string {
  return template.replaceAll(/\$(\d)/gu, (_, group) => match[Number(group)] ?? "").trim();
}
