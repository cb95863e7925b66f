// The disks of a machine without an install: what of its layout is done, and the doing, one run at a time and past a broken connection.
import type { DiskMode, DiskPlan } from "../disk/disk-plan.ts";
import { diskScript } from "../disk/disk-script.ts";
import type { DiskLayout } from "../disk/layout.ts";
import { askedPassphrases, type AskedPassphrase } from "../disk/passphrases.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { Secret } from "../domain/secret.ts";
import type { InstallServices } from "./install-services.ts";
import type { Lifeline } from "./lifeline.ts";
import { scriptOnMachine, workOnMachine, writeOnMachine } from "./machine-work.ts";
import type { RemoteJob } from "./remote-job.ts";
import { refusePlan } from "./plan-for-install.ts";
import { holdToAgreed } from "./same-contents.ts";
import { lockTarget } from "./target-lock.ts";

export type ChangeServices = Pick<InstallServices, "clock" | "emit" | "interruption" | "operator" | "run"> & {
  /** `isNew`: they are set, and therefore asked for twice. */
  readonly askPassphrases: (
    host: HostName,
    asked: readonly AskedPassphrase[],
    isNew: boolean,
  ) => Promise<ReadonlyMap<string, Secret>>;
};

export interface DiskChange {
  readonly host: HostName;
  /** What hooks and key files of the layout name in the store. */
  readonly paths: readonly StorePath[];
  readonly layout: DiskLayout;
  readonly mode: DiskMode;
  /** Shown, agreed to, and without refusals. */
  readonly plan: DiskPlan;
  /** Looks at the machine once more, now that nobody else is at work on it. */
  readonly planNow: () => Promise<DiskPlan>;
}

/**
 * Carries the plan out. A connection that breaks is taken up again; the work there goes on meanwhile.
 *
 * @throws FlotillaError E_LOCKED, E_PLAN_CHANGED, E_DISK_PLAN, E_KEY, E_DISKS with the last lines, E_NOT_INSTALLABLE where the machine lacks programs of the layout
 */
export async function changeDisks(services: ChangeServices, line: Lifeline, change: DiskChange): Promise<void> {
  const { clock, interruption, operator, run } = services;
  const { host, layout, mode, plan: agreed } = change;
  const signal = interruption.leave;
  await refuseMissingPaths(line, change, signal);
  const asked = mode === "unmount" ? [] : askedPassphrases(layout);
  const passphrases =
    asked.length === 0 ? new Map<string, Secret>() : await services.askPassphrases(host, asked, mode !== "mount");
  const lock = await lockTarget(line, { run, operator, clock }, signal);
  try {
    const plan = await change.planNow();
    refusePlan(plan, host);
    holdToAgreed(agreed, plan, host);
    for (const [path, passphrase] of passphrases) {
      await writeOnMachine(line, path, passphrase.reveal(), keyFailure, signal);
    }
    await workOnMachine(services, line, {
      ...works[mode],
      phase: "disks",
      script: diskScript(plan.steps),
      code: "E_DISKS",
      hint: "what it printed is above; what was done is left alone when the same command is given again",
    });
  } finally {
    await forget(line, [...passphrases.keys()], signal);
    await lock.release();
  }
}

const works = {
  wipe: { job: "disks", what: "the disks could not be made" },
  create: { job: "disks", what: "what is missing on the disks could not be made" },
  mount: { job: "mount", what: "the disks could not be opened and mounted" },
  unmount: { job: "unmount", what: "the disks could not be unmounted and closed" },
} as const satisfies Record<DiskMode, { readonly job: RemoteJob["name"]; readonly what: string }>;

const keyFailure = {
  code: "E_KEY",
  phase: "disks",
  what: "a passphrase could not be put on the machine",
  hint: "its memory may be full: df /run there",
} as const;

/** A machine that goes on running is not to keep them. One that cannot be reached loses them when it is restarted. */
async function forget(line: Lifeline, paths: readonly string[], signal: AbortSignal): Promise<void> {
  if (paths.length === 0) return;
  await scriptOnMachine(line, 'rm -f -- "$@"', paths, keyFailure, signal).catch(() => null);
}

/** Hooks and key files may lie in the store; an install copies them, and a machine that was deployed to has them. */
async function refuseMissingPaths(line: Lifeline, { host, paths }: DiskChange, signal: AbortSignal): Promise<void> {
  if (paths.length === 0) return;
  const script = 'for path; do [ -e "$path" ] || printf "%s\\n" "$path"; done';
  const output = await scriptOnMachine(line, script, paths, { ...keyFailure, code: "E_COMMAND" }, signal);
  const missing = output.split("\n").filter((path) => path !== "");
  if (missing.length === 0) return;
  throw new FlotillaError("E_NOT_INSTALLABLE", `${host}: its layout names what the machine does not have`, {
    host,
    step: "disks",
    hint: `copy it there: nix copy --to ssh://ADDRESS ${missing.join(" ")}; an install does so by itself`,
  });
}
