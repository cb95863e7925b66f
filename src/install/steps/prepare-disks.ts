// The disks: keys first, then what makes and mounts them, then a record on them that this install is under way.
import { diskScript } from "../../disk/disk-script.ts";
import type { DiskPlan, DiskStep } from "../../disk/disk-plan.ts";
import { mountSteps } from "../../disk/mount-steps.ts";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { Secret } from "../../domain/secret.ts";
import { shellQuote } from "../../domain/shell-quote.ts";
import type { StorePath } from "../../domain/store-path.ts";
import type { HostInstallation } from "../host-installation.ts";
import { type InstallRecord, layoutDigest, recordPath } from "../install-record.ts";
import type { InstallServices } from "../install-services.ts";
import type { Lifeline } from "../lifeline.ts";
import { scriptOnMachine, workOnMachine, writeOnMachine } from "../machine-work.ts";
import type { DiskProgram } from "../disk-program.ts";
import { answersFile } from "../disko-answers.ts";
import { copyToInstaller } from "./copy-system.ts";
import type { InstallOptions } from "../install-options.ts";

type DiskServices = Pick<InstallServices, "clock" | "emit" | "interruption" | "nix" | "operator" | "readFile" | "run">;

/** What opens disks: files of the operator's by where the layout looks for them, and passphrases by theirs. */
export interface DiskKeys {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly passphrases: ReadonlyMap<string, Secret>;
}

/** What the operator names as keys, from files or pipes here. */
export async function readDiskKeys(
  { readFile }: Pick<InstallServices, "readFile">,
  { diskEncryptionKeys }: Pick<InstallOptions, "diskEncryptionKeys">,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const { local, remote } of diskEncryptionKeys) files.set(remote, await readFile(local));
  return files;
}

const keyFailure = {
  code: "E_KEY",
  phase: "disks",
  what: "a key for the disks could not be put into the installer",
  hint: "the installer's memory may be full: df /run there",
} as const;

/** Into the installer's memory, each verbatim; a key that ends in a newline is another than one that does not. */
async function sendDiskKeys(
  services: Pick<InstallServices, "interruption">,
  line: Lifeline,
  { files, passphrases }: DiskKeys,
): Promise<void> {
  const signal = services.interruption.leave;
  for (const [path, content] of files) await writeOnMachine(line, path, content, keyFailure, signal);
  for (const [path, passphrase] of passphrases) {
    await writeOnMachine(line, path, passphrase.reveal(), keyFailure, signal);
  }
}

/**
 * Does what the keys are for, and takes the passphrases away again: an installer may run on for days, with --no-reboot or because
 * of what fails later. Where it is not known whether the work is done they stay, until the machine is restarted.
 */
export async function withDiskKeys<Result>(
  services: Pick<InstallServices, "interruption">,
  line: Lifeline,
  keys: DiskKeys,
  work: () => Promise<Result>,
): Promise<Result> {
  await sendDiskKeys(services, line, keys);
  const forget = (): Promise<void> => forgetPassphrases(services, line, keys);
  try {
    const result = await work();
    await forget();
    return result;
  } catch (error) {
    if (error instanceof FlotillaError && error.code === "E_DISKS") await forget();
    throw error;
  }
}

async function forgetPassphrases(
  { interruption }: Pick<InstallServices, "interruption">,
  line: Lifeline,
  { passphrases }: DiskKeys,
): Promise<void> {
  const paths = [...passphrases.keys()];
  if (paths.length === 0) return;
  const failure = { ...keyFailure, what: "passphrases could not be taken away" };
  await scriptOnMachine(line, 'rm -f -- "$@"', paths, failure, interruption.leave).catch(() => null);
}

const diskHint = `what it printed is above; the machine stays in its installer, and the same command goes on there`;

/** Makes and mounts them. */
export async function makeDisks(services: DiskServices, line: Lifeline, work: DiskWork): Promise<void> {
  const { installation } = work;
  const script = await scriptOf(services, line, work);
  await workOnMachine(services, line, {
    job: "disks",
    phase: "disks",
    script,
    code: "E_DISKS",
    what: "the disks could not be made",
    hint: diskHint,
  });
  await leaveRecord(services, line, installation, "disks");
}

export interface DiskWork {
  readonly options: InstallOptions;
  readonly program: DiskProgram;
  readonly installation: HostInstallation;
  readonly plan: DiskPlan | null;
  /** What it runs was built in the installer. */
  readonly areThere: boolean;
}

async function scriptOf(services: DiskServices, line: Lifeline, work: DiskWork): Promise<string> {
  const { areThere, installation, options, plan, program } = work;
  const { host, layout, layoutReferences, mountPoint } = installation;
  switch (program.kind) {
    case "flotilla": {
      // Hooks and key files of the layout may be programs and files of the store.
      if (layoutReferences.paths.length > 0 && !areThere) {
        await copyToInstaller(services, line, options, installation, layoutReferences.paths);
      }
      if (plan === null) throw new FlotillaError("E_DISK_PLAN", `${host.name}: there is no plan for its disks`);
      // Nothing to make is no reason to leave it unmounted.
      return diskScript(plan.steps.length > 0 || layout === null ? plan.steps : mountSteps(layout, mountPoint));
    }
    case "disko": {
      const lines: string[] = [];
      for (const script of program.scripts) {
        if (program.copied || areThere) {
          if (!areThere) await copyToInstaller(services, line, options, installation, [script]);
          lines.push(shellQuote([script]));
        } else {
          const text = await services.readFile(script);
          const place = `/run/flotilla-install/${nameOf(script)}`;
          await writeOnMachine(
            line,
            place,
            text,
            { ...keyFailure, code: "E_DISKS", what: "disko's script could not be sent" },
            services.interruption.leave,
          );
          lines.push(`bash ${shellQuote([place])}`);
        }
      }
      // It asks on stdin for what our own steps find in files: the same answers, in its order, and again to confirm.
      return ["set -e", `[ ! -e ${answersFile} ] || exec <${answersFile}`, ...lines, mounted(mountPoint)].join("\n");
    }
  }
}

const nameOf = (path: StorePath): string => path.slice("/nix/store/".length);

/** A script that ends well without having mounted anything would have the system put into the installer's memory. */
const mounted = (root: string): string =>
  `grep -q ${shellQuote([` ${root} `])} /proc/mounts || { echo ${shellQuote([`nothing is mounted on ${root}`])} >&2; exit 1; }`;

/** Opens and mounts what an earlier run made, and changes nothing on it. */
export async function mountDisks(
  services: DiskServices,
  line: Lifeline,
  installation: HostInstallation,
): Promise<void> {
  const { host, layout, mountPoint } = installation;
  if (layout === null) {
    throw new FlotillaError("E_NOT_INSTALLABLE", `${host.name}: nothing is mounted on ${mountPoint}`, {
      host: host.name,
      hint: `mount its disks there, or declare them in disko.devices`,
    });
  }
  const steps: readonly DiskStep[] = mountSteps(layout, mountPoint);
  await workOnMachine(services, line, {
    job: "mount",
    phase: "disks",
    script: diskScript(steps),
    code: "E_DISKS",
    what: "the disks could not be mounted",
    hint: diskHint,
  });
}

/** Says on the disks themselves how far this install is. */
export async function leaveRecord(
  { clock, interruption, operator, run }: Pick<InstallServices, "clock" | "interruption" | "operator" | "run">,
  line: Lifeline,
  { host, layout, mountPoint, system }: HostInstallation,
  state: InstallRecord["state"],
): Promise<void> {
  const record: InstallRecord = {
    version: 1,
    host: host.name,
    run,
    operator,
    layout: layoutDigest(layout),
    system: system.path,
    state,
    at: clock.now().toISOString(),
  };
  const root = state === "running" ? "" : mountPoint;
  await writeOnMachine(
    line,
    `${root}/${recordPath}`,
    `${JSON.stringify(record)}\n`,
    {
      code: "E_DISKS",
      phase: "disks",
      what: "nothing can be written to the new disks",
      hint: `look what is mounted there: findmnt -R ${mountPoint}`,
    },
    interruption.leave,
  );
}
