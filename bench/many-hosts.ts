// How much memory a run over many hosts takes. No machine here holds 500 hosts, so ssh and nix are small programs that behave as
// the real ones do towards flotilla (simulated-programs/); flotilla itself is the real one, and goes its whole way with each host:
// evaluation, login, inspection, build, copy, guard, a second login, confirmation, history.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attempt } from "../test/bed/run.ts";
import { bedFile } from "../test/bed/places.ts";
import { mustSucceed } from "./bench-fleet.ts";
import { Measured } from "./measure.ts";
import { peakMemoryEnvironment, readPeakMemory } from "./peak-memory.ts";
import { megabytes, type Report } from "./report.ts";

const root = join(import.meta.dirname, "..");
const programs = join(import.meta.dirname, "simulated-programs");
/** Lines that one activation prints. */
const activationLines = 100;

export async function manyHosts(program: string, hosts: number): Promise<Report> {
  const directory = await mkdtemp(join(tmpdir(), "flotilla-many-hosts-"));
  try {
    const names = Array.from({ length: hosts }, (_, index) => `host-${String(index + 1).padStart(3, "0")}`);
    await writeFleet(directory, names);
    const memoryFile = join(directory, "memory");
    const inside = ["unshare", "--mount", "--propagation", "private", "sh", bedFile("enter-controller.sh")] as const;
    const words = [...inside, join(directory, "nix"), process.execPath, program, "deploy"] as const;
    const env = { ...environment(directory), ...peakMemoryEnvironment(memoryFile) };
    const run = async (): Promise<void> =>
      mustSucceed("flotilla deploy", await attempt(words, { cwd: join(directory, "fleet"), deadline: 600_000, env }));
    const deploy = new Measured({ name: "deploy", command: "flotilla deploy", run });
    await deploy.once();
    const logins = new Set(await Promise.all(names.map((name) => loginsOf(directory, name))));
    return {
      title: `${hosts} simulated hosts`,
      findings: [
        {
          what: `peak memory, ${hosts} simulated hosts`,
          value: megabytes(await readPeakMemory(memoryFile)),
          aim: "≤ 300 MB",
        },
      ],
      measured: [deploy],
      notes: [
        "ssh, nix and nix-store are bench/simulated-programs; the time is theirs and says little of flotilla",
        `each host prints ${activationLines} lines while it activates; logins a host: ${[...logins].join(", ")}`,
        "memory is VmHWM of flotilla's own process",
      ],
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

function environment(directory: string): Readonly<Record<string, string>> {
  const home = join(directory, "home");
  return {
    SIMULATION: directory,
    PATH: `${programs}:${process.env["PATH"]}`,
    HOME: home,
    XDG_CACHE_HOME: join(home, "cache"),
    XDG_STATE_HOME: join(home, "state"),
    XDG_RUNTIME_DIR: "",
  };
}

async function loginsOf(directory: string, name: string): Promise<number> {
  return (await readFile(join(directory, "hosts", name, "logins"), "utf8")).trimEnd().split("\n").length;
}

const systemOf = (name: string, release: number): string =>
  `/nix/store/${`${release}${name.replaceAll(/\D/g, "")}`.padStart(32, "0")}-nixos-system-${name}-${release}`;

/** What the simulated programs answer with. */
async function writeFleet(directory: string, names: readonly string[]): Promise<void> {
  const fleet = join(directory, "fleet");
  await mkdir(join(directory, "home"), { recursive: true });
  await mkdir(join(directory, "nix/store"), { recursive: true });
  await mkdir(fleet);
  await writeFile(join(fleet, "flake.nix"), "{ outputs = _: { }; }\n");
  const locked = { type: "path", path: fleet, narHash: `sha256-${"A".repeat(43)}=` };
  const metadata = {
    originalUrl: `path:${fleet}`,
    url: `path:${fleet}`,
    resolved: locked,
    locked,
    path: fleet,
    locks: { nodes: {} },
  };
  const log = Array.from(
    { length: activationLines },
    (_, line) => `L line ${line} of what the activation prints: starting the following units: greeter.service`,
  );
  const files = {
    "metadata.json": JSON.stringify(metadata),
    "outline.json": JSON.stringify({
      outputs: ["nixosConfigurations"],
      outlines: { nixosConfigurations: { names, settings: null } },
      flotilla: null,
    }),
    "activation.log": `${log.join("\n")}\n`,
    "copy.log": await readFile(join(root, "src/nix/fixtures/copy-2.26.log"), "utf8"),
  };
  for (const [file, text] of Object.entries(files)) await writeFile(join(directory, file), text);
  await Promise.all(names.map((name) => writeHost(directory, name)));
}

async function writeHost(directory: string, name: string): Promise<void> {
  const host = join(directory, "hosts", name);
  const [old, next] = [systemOf(name, 1), systemOf(name, 2)];
  await mkdir(host, { recursive: true });
  await writeFile(join(directory, `${next.slice(1)}.drv`), "");
  await writeFile(
    join(host, "evaluation.json"),
    JSON.stringify({
      profiles: [
        {
          name: "system",
          activator: "nixos",
          user: null,
          profilePath: "/nix/var/nix/profiles/system",
          derivation: `${next}.drv`,
          path: next,
        },
      ],
      system: "x86_64-linux",
      version: "release-2",
      sshPorts: [22],
      deployment: null,
    }),
  );
  const records = {
    begin: "flotilla-inspection-1",
    kernel_name: "Linux",
    machine: "x86_64",
    kernel: "6.12.1",
    hostname: name,
    boot_id: `boot-${name}`,
    machine_id: `machine-${name}`,
    nixos: "yes",
    current_system: old,
    booted_system: old,
    profile_system: old,
    profile_link: "system-1-link",
    version: "release-1",
    state: "running",
    elevated: "yes",
    end: "",
  };
  const inspection = Object.entries(records).map(([key, value]) => `${key}=${value}\0`);
  await writeFile(join(host, "inspection"), `\0${inspection.join("")}`);
}
