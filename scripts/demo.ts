// Shows flotilla at work on three hosts: a deploy, a second one, one that locks itself out and comes back. Ends with a status
// other than 0 when any of it did not go as it must.
import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify, styleText } from "node:util";
import { setUp, whyNoBed } from "../test/bed/set-up.ts";
import { TestBed } from "../test/bed/test-bed.ts";

const root = join(import.meta.dirname, "..");
const program = [process.execPath, join(root, "dist/flotilla.js")] as const;
const hostNames = ["db-01", "web-01", "web-02"] as const;
const execute = promisify(execFile);

const say = (line = ""): void => void process.stderr.write(`${line}\n`);
const narrate = (sentence: string): void => say(`\n${styleText("bold", `# ${sentence}`, { stream: process.stderr })}`);

class Interrupted extends Error {}

/** Ctrl-C reaches the program as well, which ends its run in its own way; the demo then goes on to clean up. */
let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => (interrupted = true));

function stopIfInterrupted(): void {
  if (interrupted) throw new Interrupted("interrupted");
}

/** What a person does with their editor and git: the fleet's repository. */
class FleetRepository {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** examples/fleet, with its inputs from this machine and the operator's key. */
  static async create(parent: string, bed: TestBed): Promise<FleetRepository> {
    const key = await bed.access.publicKey();
    const fleet = new FleetRepository(join(parent, "fleet"));
    // Of the project only what its flake hands out: a path: input is copied whole.
    for (const part of ["flake.nix", "nix"]) {
      await cp(join(root, part), join(parent, "flotilla", part), { recursive: true });
    }
    await cp(join(root, "test/bed"), join(parent, "nixpkgs"), { recursive: true });
    await cp(join(root, "examples/fleet"), fleet.directory, { recursive: true });
    await fleet.edit("flake.nix", (text) =>
      text
        .replace(/nixpkgs\.url = "[^"]*"/, `nixpkgs.url = "path:${join(parent, "nixpkgs")}"`)
        .replace(/flotilla\.url = "[^"]*"/, `flotilla.url = "path:${join(parent, "flotilla")}"`),
    );
    await fleet.edit("modules/common.nix", (text) =>
      text.replace(/authorizedKeys\.keys = \[[^\]]*\]/, `authorizedKeys.keys = [ "${key}" ]`),
    );
    await fleet.git("init", "--quiet", "--initial-branch", "main");
    await fleet.git("add", "--all");
    const lock = await bed.controller.run(["nix", "flake", "lock", fleet.directory]);
    if (lock.exitCode !== 0) throw new Error(`nix flake lock: ${lock.stderr}`);
    await fleet.commit("Our fleet");
    return fleet;
  }

  async edit(file: string, change: (text: string) => string): Promise<void> {
    const path = join(this.directory, file);
    const before = await readFile(path, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`${file} has changed; the demo does not know it any more`);
    await writeFile(path, after);
  }

  async commit(message: string): Promise<void> {
    await this.git("add", "--all");
    await this.git(
      "-c",
      "user.name=Ana",
      "-c",
      "user.email=ana@example.org",
      "commit",
      "--quiet",
      "--message",
      message,
    );
  }

  private async git(...words: readonly string[]): Promise<void> {
    await execute("git", ["-C", this.directory, ...words]);
  }
}

/** Runs `flotilla WORDS` in the fleet's repository, with our terminal, and holds it to the exit status that it must have. */
async function flotilla(bed: TestBed, fleet: FleetRepository, words: string, mustExitWith: number): Promise<void> {
  stopIfInterrupted();
  say(`$ flotilla ${words}`);
  const status = await bed.controller.interactive(
    ["env", `--chdir=${fleet.directory}`, ...program, ...words.split(" ")],
    {},
  );
  stopIfInterrupted();
  if (status !== mustExitWith) throw new Error(`\`flotilla ${words}\` ended with ${status} instead of ${mustExitWith}`);
}

/** Promise.all that does not reject before all have ended: nothing is cleared away under what still makes it. */
async function allDone<const Values extends readonly unknown[]>(work: { [I in keyof Values]: Promise<Values[I]> }) {
  await Promise.allSettled(work);
  return Promise.all(work);
}

async function bringUp(bed: TestBed): Promise<void> {
  await allDone(
    hostNames.map(async (name) => {
      const host = await bed.create(name);
      await host.install(await bed.buildSystem(`{ hostName = "${name}"; label = "installed"; }`));
      await host.start();
      await host.waitUntilUp();
    }),
  );
}

/** How each host ended in the newest run, by the history. */
async function lastOutcomes(bed: TestBed, fleet: FleetRepository): Promise<Readonly<Record<string, string>>> {
  const words = [...program, "history", "--json", "--limit", "1"] as const;
  const { stdout } = await bed.controller.run(words, { cwd: fleet.directory });
  const rows: { host: string; outcome: string }[] = JSON.parse(stdout);
  return Object.fromEntries(rows.map(({ host, outcome }) => [host, outcome]));
}

async function show(bed: TestBed, fleet: FleetRepository): Promise<void> {
  narrate("Three machines with a first system, and a flake with their configurations: deploy it.");
  await flotilla(bed, fleet, "deploy", 0);
  await flotilla(bed, fleet, "status", 0);

  narrate("Another release, another page on the web servers.");
  await fleet.edit("modules/common.nix", (text) => text.replace("release-1", "release-2"));
  await fleet.edit("site/index.html", (text) => text.replace(/<\/body>|$/, (end) => `<p>Release 2</p>\n${end}`));
  await fleet.commit("Release 2");
  await flotilla(bed, fleet, "deploy", 0);

  narrate("Now a mistake: web-02 loses its sshd. Nobody could log in to repair it, so it goes back by itself.");
  await fleet.edit("modules/common.nix", (text) => text.replace("release-2", "release-3"));
  await fleet.edit("hosts/web-02.nix", (text) => text.replace(/\}\s*$/, "\n  services.openssh.enable = false;\n}\n"));
  await fleet.commit("Release 3, and a mistake");
  await flotilla(bed, fleet, "deploy --confirm-timeout 6", 1);

  const outcomes = await lastOutcomes(bed, fleet);
  if (outcomes["web-02"] !== "rolled-back") throw new Error(`web-02 ended as ${outcomes["web-02"]}, not rolled-back`);
  const login = await bed.host("web-02").ssh("readlink /run/current-system");
  if (login.exitCode !== 0 || !login.stdout.includes("release-2"))
    throw new Error("web-02 does not run release 2 again");

  narrate("web-02 runs release 2 again, the others release 3; all of it is in the history.");
  await flotilla(bed, fleet, "status", 0);
  await flotilla(bed, fleet, "history", 0);
}

/** `flotilla` as a command of its own, for whoever goes on playing. */
async function writeCommand(directory: string, bed: TestBed): Promise<string> {
  const bin = join(directory, "bin");
  await mkdir(bin);
  const byHand = `${process.execPath} ${join(root, "test/bed/bed.ts")}`;
  await writeFile(
    join(bin, "flotilla"),
    `#!/bin/sh\nexec ${byHand} controller --bed ${bed.number} -- ${program.join(" ")} "$@"\n`,
  );
  await chmod(join(bin, "flotilla"), 0o755);
  return bin;
}

async function tellHowToPlay(directory: string, bed: TestBed, fleet: FleetRepository): Promise<void> {
  const bin = await writeCommand(directory, bed);
  say(`
The hosts stay up. To play with them:

  cd ${fleet.directory} && PATH=${bin}:$PATH
  flotilla exec -- uptime
  flotilla deploy                      # after an edit; \`git add\` what is new

While a deploy runs, from ${root}:

  npx node test/bed/bed.ts cut --bed ${bed.number} web-01     # pull its cable; heal puts it back
  npx node test/bed/bed.ts pull --bed ${bed.number} web-01    # pull its power cord; start puts it back

To take them down, from there:

  npx node test/bed/bed.ts down --bed ${bed.number}; rm -r ${directory}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { keep: { type: "boolean", default: false } } });
  const why = whyNoBed();
  if (why !== null) throw new Error(`the demo cannot run here: ${why}`);
  await setUp(say);
  await execute(process.execPath, [join(root, "scripts/build.ts")]);
  stopIfInterrupted();

  const directory = await mkdtemp(join(tmpdir(), "flotilla-demo-"));
  const bed = await TestBed.create(say);
  const tidy = async () => {
    await bed.destroy();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const [fleet] = await allDone([FleetRepository.create(directory, bed), bringUp(bed)]);
    await show(bed, fleet);
    if (!values.keep) return await tidy();
    await bed.keep();
    await tellHowToPlay(directory, bed, fleet);
  } catch (error) {
    await tidy().catch((trouble: unknown) => say(`demo: while cleaning up: ${String(trouble)}`));
    throw error;
  }
}

const begun = performance.now();
try {
  await main();
  say(`\nThe demo went as it must, in ${((performance.now() - begun) / 1000).toFixed(0)} s.`);
} catch (error) {
  say(`\ndemo: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof Interrupted ? 130 : 1;
}
