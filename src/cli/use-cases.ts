// What the commands ask of the rest of the program: one method a command, typed options in, an exit status or rows out.
// main.ts wires the real ones; the tests of the command line give a small fake. Options are validated before they get here.
import type { PlanRow } from "../deploy/plan-host.ts";
import type { StepSettings } from "../deploy/step-settings.ts";
import type { DoctorRow } from "../operate/doctor.ts";
import type { Generation } from "../operate/list-generations.ts";
import type { HistoryRow } from "../operate/list-history.ts";
import type { HostRow } from "../operate/list-hosts.ts";
import type { StatusRow } from "../operate/status-hosts.ts";
import type { DevicePath } from "../disk/machine-disks.ts";
import type { GenerationNumber } from "../domain/generation-number.ts";
import type { HostName } from "../domain/host-name.ts";
import type { RunId } from "../domain/run-id.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { HostOverrides } from "../fleet/host-overrides.ts";
import type { DiskTask } from "../install/disk-task.ts";
import type { InstallOptions } from "../install/install-options.ts";
import type { MachineFacts } from "../install/machine-facts.ts";
import type { NixExpression } from "../nix/evaluate-expression.ts";
import type { ImageKind } from "../nix/evaluate-image.ts";
import type { FleetFormName } from "../nix/forms/fleet-form.ts";
import type { NixSettings } from "../nix/nix.ts";
import type { RebuildOptions } from "../rebuild/rebuild-options.ts";

/** Which fleet, which of its hosts, and how Nix reads it. */
export interface FleetOptions {
  /** A flake reference or a file as given; null: the nearest flake.nix or hive.nix, upwards from the working directory. */
  readonly flake: string | null;
  /** The form to read it in, e.g. "deploy"; null: the one that precedes. */
  readonly form: FleetFormName | null;
  /** A selection such as "web-*,@db,!web-3", as fleet/ understands it; null: every host. */
  readonly on: string | null;
  /** A file with one selection a line, "-" for stdin; its hosts are meant beside those of `on`. */
  readonly onFile: string | null;
  /** Of the hosts that are meant the first, and then each so-manieth; 1: all. */
  readonly every: number;
  /** At most so many of them; null: all. */
  readonly limit: number | null;
  /** In place of what the settings of hosts say. */
  readonly overrides: HostOverrides;
  /** Whether to ask the operator, once, for what sudo wants on the hosts; null: as the fleet says. */
  readonly askSudoPassword: boolean | null;
  readonly nix: NixSettings;
  /** The most hosts that one process evaluates; null: by what is measured. */
  readonly mostPerProcess: number | null;
  /** false: evaluate even if the same locked flake was evaluated before. */
  readonly evaluationCache: boolean;
}

/** How a run is shown. */
export interface ViewOptions {
  /** One event a line on stdout, no view. */
  readonly json: boolean;
  /** Plain lines on stderr also where a live view is possible. */
  readonly plain: boolean;
  readonly verbose: boolean;
}

/** How much happens at the same time. */
export interface Limits {
  /** Evaluation processes; null: by cores and free memory. */
  readonly evaluate: number | null;
  /** Builds; null: Nix's own max-jobs. */
  readonly build: number | null;
  /** Logins, inspections, commands: everything that is cheap. */
  readonly connect: number;
  readonly copy: number;
  readonly activate: number;
}

/** A run over hosts. */
export interface DeployOptions extends FleetOptions, Omit<StepSettings, "limits" | "roots" | "rootNames"> {
  readonly view: ViewOptions;
  readonly limits: Limits;
  /** Where links keep what was built; null: .gcroots/ beside the flake, or among our own state. */
  readonly resultPath: string | null;
  /** Where everything that is shown is written as well; null: nowhere. */
  readonly logDirectory: string | null;
  /** The plan that the operator agreed to: a host that would get something else by now is left as it is. null: not asked. */
  readonly approved: ReadonlyMap<HostName, readonly StorePath[]> | null;
  /** Take back the hosts that went well when one has failed; null: as the tool does whose configuration it is. */
  readonly rollbackSucceeded: boolean | null;
}

/** A run that installs hosts. */
export interface InstallRunOptions extends FleetOptions {
  readonly view: ViewOptions;
  readonly limits: Limits;
  /** What is built already may be named by a link to it. */
  readonly install: Omit<InstallOptions, "storePaths"> & {
    readonly storePaths: { readonly disko: string; readonly system: string } | null;
  };
  /** Show the disks, and touch nothing. */
  readonly dryRun: boolean;
  /** Only build the test that installs the hosts in virtual machines. */
  readonly vmTest: boolean;
}

/** The disks of one machine. */
export interface DiskOptions extends FleetOptions {
  readonly task: DiskTask;
  /** null: the machine that we are on, by the name that it has. */
  readonly host: HostName | null;
  /** `address` in place of where the host's settings say, as [user@]address[:port]. */
  readonly machine: { readonly kind: "local" } | { readonly kind: "ssh"; readonly address: string | null };
  /** Other devices for disks of the layout, by their names in it. */
  readonly disks: ReadonlyMap<string, DevicePath>;
  /** Disks that may be wiped, by their names in the layout: the device that the operator means by it. */
  readonly wipe: ReadonlyMap<string, DevicePath>;
  readonly wipeAll: boolean;
  /** null: where an installer has it, or "/" on a machine that runs from these disks. */
  readonly mountPoint: string | null;
  /** `html`: a file to write the picture to as well. */
  readonly shown: { readonly json: boolean; readonly html: string | null; readonly commands: boolean };
}

/** A machine that no configuration has to know. */
export interface FactsOptions {
  /** [user@]address[:port] */
  readonly address: string;
  /** Where the address has none. */
  readonly port: number | null;
  readonly user: string | null;
  /** A file with a private key. */
  readonly identity: string | null;
  readonly sshOptions: readonly string[];
  /** `sudo -u` and the like, to be completed by a user; null: found out at the login. */
  readonly elevation: string | null;
  readonly askSudoPassword: boolean;
}

/** An image of each selected host. */
export interface ImageOptions extends FleetOptions {
  readonly limits: Limits;
  readonly kind: ImageKind;
  /** Files with public keys that an installer lets in beside the fleet's own. */
  readonly keyFiles: readonly string[];
  /** Of a disk. */
  readonly format: "raw" | "qcow2";
  /** The directory where a link to each is made. */
  readonly output: string;
}

export interface ListOptions extends FleetOptions {
  readonly limits: Limits;
}

export interface HistoryOptions {
  /** null: every host. */
  readonly host: HostName | null;
  readonly limit: number;
}

export interface RollbackOptions extends FleetOptions {
  readonly view: ViewOptions;
  readonly limits: Limits;
  /** The name of a profile; null: the host's system, or else the first of its profiles. */
  readonly profile: string | null;
  /** null: the generation before the one that runs, found out and named before anything is done. */
  readonly to: GenerationNumber | null;
  readonly allowDegraded: boolean;
  readonly confirmTimeout: number | null;
}

export interface GenerationsOptions extends FleetOptions {
  readonly host: HostName;
  /** The name of a profile; null: the host's system, or else the first of its profiles. */
  readonly profile: string | null;
}

export interface ExecOptions extends FleetOptions {
  readonly limits: Limits;
  /** Words; they reach the host's program as they are, no shell in between. */
  readonly command: readonly [string, ...string[]];
  /** Give the words, joined by blanks, to a shell of the host instead. */
  readonly shell: boolean;
  /** As root, also where another user logs in. */
  readonly asRoot: boolean;
}

/** A goal on the machine that we run on. */
export interface ApplyLocalOptions extends DeployOptions {
  /** Its name in the fleet; null: what the machine calls itself. */
  readonly node: HostName | null;
  /** Whether to become root by sudo and the like where we are not. */
  readonly elevate: boolean;
}

export interface EvalOptions extends FleetOptions {
  readonly expression: NixExpression;
  /** Make the derivations that it evaluates to, and print their paths. */
  readonly instantiate: boolean;
}

export interface SshOptions extends FleetOptions {
  readonly host: HostName;
  /** [] for a login shell. */
  readonly command: readonly string[];
}

export interface DoctorOptions extends FleetOptions {
  /** []: this machine alone. */
  readonly hosts: readonly HostName[];
}

export interface SshConfigOptions extends FleetOptions {
  readonly limits: Limits;
}

export interface AttachOptions {
  readonly run: RunId;
  /** null: every host of the run. */
  readonly host: HostName | null;
  readonly askSudoPassword: boolean;
  readonly view: ViewOptions;
}

export interface ScriptOptions extends FleetOptions {
  readonly limits: Limits;
  readonly script:
    | { readonly kind: "deploy" | "test" }
    | { readonly kind: "command"; readonly command: readonly [string, ...string[]] };
  /** null: stdout. */
  readonly output: string | null;
  /** false: the script names results and not how they are built. */
  readonly derivations: boolean;
  readonly substitute: boolean;
}

export interface PopulateOptions {
  readonly nix: NixSettings;
  /** A file of Nix, or FLAKE#ATTRIBUTE. */
  readonly source: string;
  /** `[[USER]@]HOST[:PORT][/PATH]` */
  readonly target: string;
  readonly force: boolean;
  readonly backup: boolean;
}

/** Rows to print, and what the program exits with: a host that could not be asked is a row and a status. */
export interface Listing<Row> {
  readonly rows: readonly Row[];
  readonly exitStatus: number;
}

export type { PlanRow } from "../deploy/plan-host.ts";
export type { DoctorRow } from "../operate/doctor.ts";
export type { HistoryRow } from "../operate/list-history.ts";
export type { HostRow } from "../operate/list-hosts.ts";
export type { StatusRow } from "../operate/status-hosts.ts";

/** The shape that `nixos-rebuild list-generations --json` prints. */
export type GenerationRow = Omit<Generation, "path">;

/** A number is the program's exit status; what was to be said has been said on stdout and stderr by then. */
export interface UseCases {
  readonly deploy: (options: DeployOptions) => Promise<number>;
  /** What `deploy` would do: `--dry-run`. */
  readonly plan: (options: DeployOptions) => Promise<Listing<PlanRow>>;
  readonly install: (options: InstallRunOptions) => Promise<number>;
  /** Plans, makes, mounts, unmounts or verifies disks. */
  readonly disk: (options: DiskOptions) => Promise<number>;
  readonly image: (options: ImageOptions) => Promise<number>;
  readonly facts: (options: FactsOptions) => Promise<MachineFacts>;
  readonly rollback: (options: RollbackOptions) => Promise<number>;
  readonly attach: (options: AttachOptions) => Promise<number>;
  /** Whether the operator says yes. Throws E_USAGE where there is nobody to ask. */
  readonly confirm: (question: string) => Promise<boolean>;
  readonly applyLocal: (options: ApplyLocalOptions) => Promise<number>;
  readonly exec: (options: ExecOptions) => Promise<number>;
  readonly script: (options: ScriptOptions) => Promise<number>;
  readonly populate: (options: PopulateOptions) => Promise<number>;
  readonly eval: (options: EvalOptions) => Promise<number>;
  readonly repl: (options: FleetOptions) => Promise<number>;
  readonly nixInfo: () => Promise<Listing<DoctorRow>>;
  readonly ssh: (options: SshOptions) => Promise<number>;
  readonly hosts: (options: ListOptions) => Promise<Listing<HostRow>>;
  readonly status: (options: ListOptions) => Promise<Listing<StatusRow>>;
  readonly history: (options: HistoryOptions) => Promise<Listing<HistoryRow>>;
  readonly generations: (options: GenerationsOptions) => Promise<Listing<GenerationRow>>;
  readonly doctor: (options: DoctorOptions) => Promise<Listing<DoctorRow>>;
  /** Prints the path of the new system on stdout, and nothing else there. */
  readonly rebuild: (options: RebuildOptions) => Promise<number>;
  readonly rebuildGenerations: (options: RebuildOptions) => Promise<Listing<GenerationRow>>;
  readonly sshConfig: (options: SshConfigOptions) => Promise<number>;
}
