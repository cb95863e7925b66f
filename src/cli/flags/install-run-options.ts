// From the flags and words of `flotilla install`, and the environment, to what the use case is asked.
import { FlotillaError } from "../../domain/flotilla-error.ts";
import { Secret } from "../../domain/secret.ts";
import type { InstallOptions, InstallPhase } from "../../install/install-options.ts";
import { installPhases } from "../../install/install-options.ts";
import { FleetFormName } from "../../nix/forms/fleet-form.ts";
import { installWords } from "../install-words.ts";
import type { InstallRunOptions } from "../use-cases.ts";
import { fleetOptions, type NixFlags, type SelectionFlags } from "./fleet-flags.ts";
import type { InstallFlags } from "./install-flags.ts";
import {
  type BuildLimitFlags,
  type CopyLimitFlags,
  type EvaluateLimitFlags,
  limitsOf,
  type ParallelFlags,
} from "./limit-flags.ts";
import type { LoginFlags } from "./login-flags.ts";
import { type ViewFlags, viewOptions } from "./output-flags.ts";

export type AllInstallFlags = InstallFlags &
  Omit<SelectionFlags, "from"> &
  LoginFlags &
  NixFlags &
  ParallelFlags &
  EvaluateLimitFlags &
  BuildLimitFlags &
  CopyLimitFlags &
  ViewFlags;

type Environment = Readonly<Partial<Record<string, string>>>;

/** Seconds. */
const usualKexecTimeout = 600;
const usualBootTimeout = 900;

/**
 * @throws FlotillaError E_USAGE where words are missing, or contradict each other
 */
export function installRunOptions(
  flags: AllInstallFlags,
  words: readonly string[],
  environment: Environment,
): InstallRunOptions {
  const meant = installWords({
    words,
    flake: flags.flake ?? null,
    on: flags.on === undefined ? null : flags.on.join(","),
    target: flags.target ?? null,
    isBuilt: flags.storePaths !== undefined,
  });
  const verbose = flags.verbose || flags.debug;
  const { copyFrom, form } = fromOf(flags.from, meant.isConfiguration);
  const { from: _store, ...rest } = flags;
  return {
    ...fleetOptions({ ...rest, showTrace: flags.showTrace || flags.debug, verbose }),
    flake: meant.flake,
    form,
    on: meant.on.join(","),
    view: viewOptions({ ...flags, verbose: verbose || flags.printBuildLogs }),
    limits: limitsOf(flags),
    dryRun: flags.dryRun,
    vmTest: vmTest(flags),
    install: installOptions(flags, copyFrom, environment, {
      addresses: meant.addresses,
      address: meant.address,
      port: flags.sshPort ?? null,
      identity: identityOf(flags, environment),
      sshOptions: flags.sshOption ?? [],
      password: flags.envPassword ? passwordOf(environment) : null,
    }),
  };
}

function installOptions(
  flags: AllInstallFlags,
  copyFrom: string | null,
  environment: Environment,
  login: InstallOptions["login"],
): InstallRunOptions["install"] {
  return {
    login,
    phases: phasesOf(flags),
    kexec: flags.kexec ?? null,
    kexecSha256: flags.kexecSha256 ?? null,
    kexecExtraFlags: flags.kexecExtraFlags ?? "",
    kexecNetwork: flags.kexecNetwork ?? "auto",
    kexecTimeout: (flags.kexecTimeout ?? usualKexecTimeout) * 1000,
    forceKexec: flags.forceKexec,
    postKexecPort: flags.postKexecSshPort ?? null,
    diskEngine: flags.diskEngine ?? null,
    diskoMode: flags.diskoMode ?? "disko",
    diskoDeps: diskoDepsOf(flags),
    disks: once("--disk", flags.disk ?? []),
    wipe: once("--wipe", flags.wipe ?? []),
    wipeAll: flags.yesWipe,
    extraFiles: flags.extraFiles ?? null,
    chown: (flags.chown ?? []).map(([path, owner]) => ({ path, owner })),
    copyHostKeys: flags.copyHostKeys,
    hostKey: flags.hostKey ?? null,
    diskEncryptionKeys: (flags.diskEncryptionKeys ?? []).map(([remote, local]) => ({ remote, local })),
    hardwareConfig: hardwareConfigOf(flags),
    buildOn: buildOnOf(flags),
    storePaths: storePathsOf(flags),
    copyFrom,
    storeSettings: (flags.sshStoreSetting ?? []).map(([name, value]) => [name, decoded(value)] as const),
    substituteOnDestination: !flags.noSubstituteOnDestination,
    useMachineSubstituters: !flags.noUseMachineSubstituters && !flags.noSubstituteOnDestination,
    reinstall: flags.reinstall,
    bootTimeout: (flags.bootTimeout ?? usualBootTimeout) * 1000,
    updateKnownHosts: !flags.noKnownHosts,
    // nixos-anywhere hands it on when it is set at all.
    skipsChecks: environment["NIXOS_NO_CHECK"] !== undefined,
  };
}

/** `--from` is a store to nixos-anywhere, and an output of the flake to us: no store is called like one. */
function fromOf(
  word: string | undefined,
  isConfiguration: boolean,
): { readonly form: FleetFormName | null; readonly copyFrom: string | null } {
  const form = FleetFormName.safeParse(word).data ?? null;
  return {
    form: form ?? (isConfiguration ? "nixosConfigurations" : null),
    copyFrom: form === null ? (word ?? null) : null,
  };
}

function phasesOf({ noReboot, phases, stopAfterDisko }: AllInstallFlags): readonly InstallPhase[] {
  const said = [phases !== undefined, stopAfterDisko, noReboot].filter(Boolean).length;
  if (said > 1) {
    throw new FlotillaError("E_USAGE", "--phases, --stop-after-disko and --no-reboot say the same thing differently", {
      hint: "give --phases alone",
    });
  }
  if (stopAfterDisko) return ["kexec", "disko"];
  return noReboot ? ["kexec", "disko", "install"] : (phases ?? installPhases);
}

function vmTest(flags: AllInstallFlags): boolean {
  if (!flags.vmTest) return false;
  const others = [
    [flags.storePaths, "--store-paths"],
    [flags.buildOnRemote || flags.buildOn === "remote" || undefined, "--build-on remote"],
    [flags.extraFiles, "--extra-files"],
    [flags.diskEncryptionKeys, "--disk-encryption-keys"],
    [flags.generateHardwareConfig, "--generate-hardware-config"],
  ] as const;
  const other = others.find(([value]) => value !== undefined);
  if (other === undefined) return true;
  throw new FlotillaError("E_USAGE", `--vm-test installs no machine, and has no use for ${other[1]}`);
}

function buildOnOf({ buildOn, buildOnRemote }: AllInstallFlags): InstallOptions["buildOn"] {
  if (buildOnRemote && buildOn === "local") {
    throw new FlotillaError("E_USAGE", "--build-on local and --build-on-remote contradict each other");
  }
  return buildOnRemote ? "remote" : (buildOn ?? "auto");
}

function diskoDepsOf({ diskEngine, noDiskoDeps }: AllInstallFlags): boolean {
  if (noDiskoDeps && diskEngine === "flotilla") {
    throw new FlotillaError(
      "E_USAGE",
      "--no-disko-deps is of disko's script, which --disk-engine flotilla does not run",
    );
  }
  return !noDiskoDeps;
}

function storePathsOf({
  diskoMode,
  storePaths,
  wipe,
  yesWipe,
}: AllInstallFlags): InstallRunOptions["install"]["storePaths"] {
  if (storePaths === undefined) return null;
  if (diskoMode !== undefined) {
    throw new FlotillaError("E_USAGE", "--disko-mode has no say in a script that is built already", {
      hint: "give --store-paths the script of that mode",
    });
  }
  if (wipe !== undefined && !yesWipe) {
    throw new FlotillaError(
      "E_USAGE",
      "which disks a script of --store-paths wipes is not known, so that --wipe names none",
      {
        hint: "look into the script, and give --yes-wipe",
      },
    );
  }
  const [disko, system] = storePaths;
  return { disko, system };
}

function hardwareConfigOf({ generateHardwareConfig }: AllInstallFlags): InstallOptions["hardwareConfig"] {
  if (generateHardwareConfig === undefined) return null;
  const [by, path] = generateHardwareConfig;
  if (by === "nixos-generate-config" || by === "nixos-facter") return { by, path };
  throw new FlotillaError(
    "E_USAGE",
    `--generate-hardware-config ${by}: expected nixos-generate-config or nixos-facter`,
  );
}

function identityOf({ identity }: AllInstallFlags, environment: Environment): InstallOptions["login"]["identity"] {
  if (identity !== undefined) return { file: identity };
  const key = environment["SSH_PRIVATE_KEY"] ?? "";
  return key === "" ? null : { key: new Secret(key) };
}

function passwordOf(environment: Environment): Secret {
  const password = environment["SSHPASS"] ?? "";
  if (password !== "") return new Secret(password);
  throw new FlotillaError("E_USAGE", "--env-password: there is no password in the variable SSHPASS", {
    hint: "SSHPASS=… flotilla install --env-password …; a shell that reads it with `read -s` keeps it out of its history",
  });
}

/** As it was meant by somebody who wrote it for nixos-anywhere, which puts it into a URI as it is. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** A name given twice would be a mistake with consequences. */
function once<Value>(flag: string, given: readonly (readonly [string, Value])[]): ReadonlyMap<string, Value> {
  const byName = new Map<string, Value>();
  for (const [name, value] of given) {
    if (byName.has(name)) throw new FlotillaError("E_USAGE", `${flag} names ${name} twice`);
    byName.set(name, value);
  }
  return byName;
}
