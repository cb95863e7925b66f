// What facts.sh says of a machine, understood; and the asking: once as the login user, then for its disks as root.
import { z } from "zod";
import { readAsset } from "../assets.ts";
import { type HostRecords, hostRecords, printable } from "../checks/host-records.ts";
import type { MachineDisks } from "../disk/machine-disks.ts";
import { readDisks, readDisksScript } from "../disk/read-disks.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { shellQuote } from "../domain/shell-quote.ts";
import type { Connection } from "../ssh/connection.ts";
import { kexecVerdict } from "./kexec-verdict.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { readNetwork } from "./read-network.ts";

/** Milliseconds: PAM may wait for a directory service, a disk for its spinning up. */
const factsDeadline = 120_000;
const disksDeadline = 120_000;

/** What is tried where a password for sudo is at hand and nothing else made the login user root. */
const sudo = ["sudo", "-H", "--"];

/**
 * What the machine is. The words that make its login user root are found on the way (facts.elevation): go on with
 * `connection.withElevation(facts.elevation)`.
 *
 * @throws FlotillaError E_ELEVATION when sudo does not take the password, E_COMMAND where the answer is not understood; what the
 * connection rejects with
 */
export async function gatherFacts(
  connection: Pick<Connection, "elevation" | "run" | "target" | "withElevation">,
  signal: AbortSignal,
): Promise<MachineFacts> {
  const { target } = connection;
  const asked = Date.now();
  const { exitCode, stderr, stdout } = await connection.run(
    {
      words: ["sh", "-s"],
      stdin: factsScript({ elevation: target.elevation }),
      asRoot: false,
      deadline: factsDeadline,
    },
    { signal },
  );
  // The clock was read somewhere between question and answer.
  const now = (asked + Date.now()) / 2;
  if (exitCode !== 0) {
    throw new FlotillaError("E_COMMAND", `${target.host}: the machine cannot be asked what it is`, {
      host: target.host,
      step: "connect",
      log: stderr.split("\n").slice(-10),
    });
  }
  const facts = parseFacts(stdout, now);
  const asRoot = connection.withElevation(facts.elevation ?? target.elevation ?? sudo);
  // Without a password sudo could only ask; then the disks are told as far as the login user sees them.
  const elevation = facts.elevation === null && !asRoot.elevation?.includes("--stdin") ? null : asRoot.elevation;
  const disks = await askForDisks(connection.withElevation(elevation), signal);
  return { ...facts, elevation, disks };
}

async function askForDisks(
  connection: Pick<Connection, "elevation" | "run" | "target">,
  signal: AbortSignal,
): Promise<MachineDisks> {
  const { elevation, target } = connection;
  const { exitCode, stderr, stdout } = await connection.run(
    {
      words: ["sh", "-s"],
      stdin: readDisksScript(),
      asRoot: elevation !== null,
      deadline: disksDeadline,
    },
    { signal },
  );
  if (exitCode === 0) return readDisks(stdout);
  throw new FlotillaError("E_COMMAND", `${target.host}: its disks cannot be read`, {
    host: target.host,
    step: "connect",
    log: stderr.split("\n").slice(-10),
  });
}

export interface FactsScriptOptions {
  /** The words that make the login user root there, where they are declared; without them sudo, doas and run0 are tried. */
  readonly elevation?: readonly string[] | null;
  /** Stands before every path that the script reads; for tests. */
  readonly prefix?: string;
}

/** The script for `sh -s`, run as the login user; its output is for parseFacts. */
export function factsScript({ elevation = null, prefix = "" }: FactsScriptOptions = {}): string {
  return [
    `prefix=${shellQuote([prefix])}`,
    `set -- ${shellQuote(elevation ?? [])}`,
    readAsset("src/install/facts.sh"),
  ].join("\n");
}

const text = z.string().default("").transform(printable);
const orNull = text.transform((value) => (value === "" ? null : value));
const flag = z.enum(["yes"]).optional();
const Records = z.object({
  time: z.coerce.number(),
  system: z.string(),
  architecture: text,
  kernel: text,
  hostname: text,
  boot_id: text,
  machine_id: orNull,
  os_release: z.string().default(""),
  memory: z.string().default(""),
  user: text,
  elevated: flag,
  container: flag,
  virtualization: orNull,
  hypervisor: orNull,
  hypervisor_guest: orNull,
  vendor: orNull,
  efi: flag,
  secure_boot: z.string().default(""),
  kexec_known: flag,
  kexec_disabled: text,
  kexec_limit: text,
  lockdown: text,
});

/**
 * Reads what facts.sh printed.
 *
 * @param now milliseconds; our clock when the machine read its own
 * @throws FlotillaError E_CONNECTION_LOST where it broke off, E_COMMAND where it is no answer at all
 */
export function parseFacts(output: string, now: number): Omit<MachineFacts, "disks"> {
  const records = hostRecords(output, "flotilla-facts-1");
  const parsed = Records.safeParse(Object.fromEntries(records));
  if (!parsed.success) {
    throw new FlotillaError("E_COMMAND", "the machine's answer to what it is is not understood", {
      step: "connect",
      cause: parsed.error,
      log: parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    });
  }
  const { data } = parsed;
  if (data.system !== "Linux") {
    throw new FlotillaError("E_NOT_INSTALLABLE", `it runs ${printable(data.system)}, not Linux`, {
      step: "connect",
      hint: "boot a Linux or an installer there: a rescue system, a NixOS ISO",
    });
  }
  const valuesOf = (key: string): string[] => records.filter(([name]) => name === key).map(([, value]) => value);
  const isContainer = data.container === "yes";
  return {
    operatingSystem: operatingSystem(data.system, data.os_release),
    architecture: data.architecture,
    kernel: data.kernel,
    hostname: data.hostname,
    bootId: data.boot_id,
    machineId: data.machine_id,
    virtualization: data.virtualization === "none" ? null : (data.virtualization ?? data.hypervisor),
    isContainer,
    loginUser: data.user,
    elevation: data.elevated === "yes" ? valuesOf("elevation") : null,
    memory: memory(data.memory),
    firmware: firmware(data.efi === "yes", data.architecture),
    secureBoot: secureBoot(data.secure_boot),
    kexec: kexecVerdict({
      isContainer,
      isXenParavirtual: data.hypervisor === "xen" && data.hypervisor_guest === "PV",
      isKnown: data.kexec_known === "yes",
      disabled: data.kexec_disabled,
      limit: data.kexec_limit,
      lockdown: data.lockdown,
    }),
    programs: valuesOf("program").map(printable),
    freeSpace: freeSpace(records),
    clockSkew: data.time - Math.floor(now / 1_000),
    hostKeys: valuesOf("host_key")
      .map(withoutComment)
      .filter((key) => key !== null),
    network: readNetwork(records),
  };
}

/** os-release(5): assignments of a shell, most without quotes. */
function operatingSystem(system: string, release: string): MachineFacts["operatingSystem"] {
  const values = new Map(
    release.split("\n").flatMap((line) => {
      const [, key, , value = ""] = /^([A-Z_]+)=(["']?)(.*)\2\s*$/u.exec(line) ?? [];
      return key === undefined ? [] : [[key, printable(value)] as const];
    }),
  );
  const id = values.get("ID") ?? (system === "Linux" ? "linux" : system.toLowerCase());
  const isNixos = id === "nixos" || (values.get("ID_LIKE") ?? "").split(" ").includes("nixos");
  return {
    id,
    name: values.get("PRETTY_NAME") ?? values.get("NAME") ?? system,
    isNixos,
    isInstaller: isNixos && values.get("VARIANT_ID") === "installer",
  };
}

/** /proc/meminfo, whose kB are 1024 bytes. */
function memory(table: string): MachineFacts["memory"] {
  const bytes = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "mu").exec(table)?.[1] ?? 0) * 1024;
  // MemAvailable came with Linux 3.14.
  return { total: bytes("MemTotal"), available: bytes("MemAvailable") || bytes("MemFree"), swap: bytes("SwapTotal") };
}

function firmware(efi: boolean, architecture: string): MachineFacts["firmware"] {
  if (efi) return "efi";
  return /^(?:x86_64|i[3-6]86)$/u.test(architecture) ? "bios" : "other";
}

/** The variable's bytes as od prints them: four of attributes, then 0 or 1. */
function secureBoot(bytes: string): boolean | null {
  const value = bytes.trim().split(/\s+/u)[4];
  return value === undefined ? null : value === "1";
}

/** A record is the directory and, on the lines below it, what `df -Pk` says of it; of several the roomiest counts. */
function freeSpace(records: HostRecords): MachineFacts["freeSpace"] {
  const free = records
    .filter(([key]) => key === "space")
    .map(([, value]) => {
      const [directory = "", ...table] = value.split("\n");
      const kibibytes = /\s(\d+)\s+(?:\d+%|-)\s+\/.*$/u.exec(table.at(-1) ?? "")?.[1] ?? 0;
      return { isTemporary: directory.endsWith("/tmp"), bytes: Number(kibibytes) * 1024 };
    });
  const most = (temporary: boolean): number =>
    Math.max(0, ...free.filter(({ isTemporary }) => isTemporary === temporary).map(({ bytes }) => bytes));
  return { home: most(false), temporary: most(true) };
}

/** `ssh-ed25519 AAAA… root@web` without the comment, which is anybody's. */
function withoutComment(line: string): string | null {
  return /^[a-z0-9@.-]+ AAAA[A-Za-z0-9+/]+={0,3}(?=\s|$)/u.exec(line.trim())?.[0] ?? null;
}
