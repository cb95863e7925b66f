// The bed by hand: `npx node test/bed/bed.ts` and one of the commands below. The demo uses it, and prints it to people.
import { type ParseArgsConfig, parseArgs } from "node:util";
import { setUp } from "./set-up.ts";
import { keptBeds, TestBed } from "./test-bed.ts";

const usage = `npx node test/bed/bed.ts COMMAND

  setup                     make this machine able to hold beds; the commands below do so themselves
  up [--hosts 3]            a bed with hosts h1, h2, … of a first system; it stays until "down"
  list                      the hosts of the beds that are up
  controller -- CMD …       run CMD as the operator: private /nix, Nix 2.26, the bed's ssh configuration
  ssh HOST CMD …            run CMD on HOST
  exec HOST CMD …           the same by the console, when ssh is gone
  cut HOST   heal HOST      the network cable
  pull HOST  start HOST     the power cord
  stall HOST unstall HOST   the whole machine stands still
  menu HOST GENERATION      choose what boots next
  console HOST              what came out of its console
  down                      take the bed away

  --bed N, right after COMMAND, says which, when more than one is up. --nix machine gives the controller the nix of this machine.
`;

const options = {
  bed: { type: "string" },
  hosts: { type: "string", default: "3" },
  nix: { type: "string", default: "own" },
} as const satisfies ParseArgsConfig["options"];

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const tell = (text: string): void => void process.stderr.write(`${text}\n`);

/** Flags come before the command's own words: what follows HOST or -- is left alone. */
function split(argv: readonly string[]): { flags: string[]; words: string[] } {
  const flags: string[] = [];
  const words = [...argv];
  while (words[0]?.startsWith("--") && words[0] !== "--") {
    flags.push(...words.splice(0, words[0].includes("=") ? 1 : 2));
  }
  if (words[0] === "--") words.shift();
  return { flags, words };
}

async function main([command, ...rest]: readonly string[]): Promise<number> {
  const { flags, words } = split(rest);
  const { values } = parseArgs({ args: flags, options });
  const bed = (): TestBed => TestBed.attach(values.bed === undefined ? null : Number(values.bed));
  const [name = "", ...args] = words;
  switch (command) {
    case "setup":
      await setUp(tell);
      return 0;
    case "up":
      await up(Number(values.hosts));
      return 0;
    case "list":
      for (const number of keptBeds()) {
        for (const host of TestBed.attach(number).hosts())
          print(`${number}  ${host.name}  ${host.address}  ${host.isOn ? "on" : "off"}`);
      }
      return 0;
    case "controller":
      return bed().controller.interactive(nonEmpty(words), { nix: values.nix === "machine" ? "machine" : "own" });
    case "ssh":
      return show(await bed().host(name).ssh(args.join(" ")));
    case "exec":
      return show(await bed().host(name).exec(nonEmpty(args)));
    case "cut":
      await bed().host(name).cutCable();
      return 0;
    case "heal":
      await bed().host(name).healCable();
      return 0;
    case "pull":
      await bed().host(name).pullPower();
      return 0;
    case "start":
      await bed().host(name).start();
      print(await bed().host(name).waitUntilUp());
      return 0;
    case "stall":
      await bed().host(name).stall("machine");
      return 0;
    case "unstall":
      await bed().host(name).unstall("machine");
      return 0;
    case "menu":
      await bed().host(name).chooseGeneration(Number(args[0]));
      return 0;
    case "console":
      print(await bed().host(name).console());
      return 0;
    case "down":
      await bed().destroy();
      return 0;
    default:
      tell(usage);
      return command === "help" || command === "--help" ? 0 : 2;
  }
}

/** Brings up a bed of hosts and keeps it. */
async function up(count: number): Promise<void> {
  const bed = await TestBed.create(tell);
  try {
    const names = Array.from({ length: count }, (_, index) => `h${index + 1}`);
    await Promise.all(names.map(async (name, index) => bringUp(bed, name, bed.address(11 + index))));
    await bed.keep();
  } catch (error) {
    await bed.destroy();
    throw error;
  }
  for (const host of bed.hosts()) print(`${bed.number}  ${host.name}  ${host.address}`);
  tell(`ssh -F ${bed.access.configFile} h1`);
}

async function bringUp(bed: TestBed, name: string, address: string): Promise<void> {
  const host = await bed.create(name, { address });
  await host.install(await bed.buildSystem(`{ hostName = "${name}"; label = "25.05.0"; }`));
  await host.start();
  await host.waitUntilUp();
}

function nonEmpty(words: readonly string[]): [string, ...string[]] {
  const [first, ...others] = words;
  if (first === undefined) throw new Error(`no command given\n${usage}`);
  return [first, ...others];
}

function show({ exitCode, stdout, stderr }: { exitCode: number | null; stdout: string; stderr: string }): number {
  if (stdout !== "") print(stdout);
  if (stderr !== "") tell(stderr);
  return exitCode ?? 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  tell(`bed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
