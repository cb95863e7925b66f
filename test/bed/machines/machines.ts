// Real machines by hand: `npx node test/bed/machines/machines.ts` and one of the commands below.
import { type ParseArgsConfig, parseArgs } from "node:util";
import { TestBed } from "../test-bed.ts";
import { Machine, type MachineOptions } from "./machine.ts";
import { machineImages } from "./machine-images.ts";
import { setUpMachines } from "./set-up-machines.ts";

const usage = `npx node test/bed/machines/machines.ts COMMAND

  setup                      make this machine able to hold machines; the commands below do so themselves
  up debian|installer|empty  a machine in a bed that is kept; prints how to reach it and where the kexec tarball is
     [--name m1] [--firmware efi|bios] [--disk 8G[:SERIAL] …] [--memory 3072]
  list                       the machines of the bed
  ssh NAME CMD …             run CMD on it
  exec NAME CMD …            the same at the console, when ssh is gone
  console NAME               what came out of its console
  wait NAME SYSTEM           until it is up as debian, installer or installed
  cut NAME   heal NAME       the network cable
  pull NAME                  the power cord
  start NAME [--boot installer]   from its disks, unless told
  trust NAME                 the ssh host key that it has now is the right one
  down                       take the bed away with all that is in it

  --bed N, right after COMMAND, says which, when more than one is up.
`;

const options = {
  bed: { type: "string" },
  name: { type: "string", default: "m1" },
  firmware: { type: "string", default: "efi" },
  disk: { type: "string", multiple: true, default: ["8G"] },
  memory: { type: "string" },
  boot: { type: "string", default: "disk" },
} as const satisfies ParseArgsConfig["options"];

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const tell = (text: string): void => void process.stderr.write(`${text}\n`);

async function main([command, ...rest]: readonly string[]): Promise<number> {
  // The words of a command for the machine are its own: all after its name.
  const own = command === "ssh" || command === "exec" ? rest.splice(rest[0] === "--bed" ? 3 : 1) : [];
  const { values, positionals } = parseArgs({ args: rest, options, allowPositionals: true });
  const bed = (): TestBed => TestBed.attach(values.bed === undefined ? null : Number(values.bed));
  const [name = "", word = ""] = positionals;
  const machine = (): Machine => new Machine(bed(), name);
  switch (command) {
    case "setup":
      await setUpMachines(tell);
      return 0;
    case "up":
      await up(name, values);
      return 0;
    case "list":
      for (const one of Machine.all(bed())) print(`${one.name}  ${one.address}  ${one.isOn ? "on" : "off"}`);
      return 0;
    case "ssh": {
      const { exitCode, stdout, stderr } = await machine().ssh(own.join(" "), { deadline: 600_000 });
      if (stdout !== "") print(stdout);
      if (stderr !== "") tell(stderr);
      return exitCode ?? 1;
    }
    case "exec": {
      const { exitCode, output } = await machine().exec(own.join(" "), { deadline: 600_000 });
      process.stdout.write(output);
      return exitCode;
    }
    case "console":
      print(await machine().console());
      return 0;
    case "wait":
      print(await machine().waitUntilUp(word === "debian" || word === "installer" ? word : "installed"));
      return 0;
    case "cut":
      await machine().cutCable();
      return 0;
    case "heal":
      await machine().healCable();
      return 0;
    case "pull":
      await machine().pullPower();
      return 0;
    case "start":
      await machine().start({ boot: values.boot === "installer" ? "installer" : "disk" });
      return 0;
    case "trust":
      await machine().trustHostKey(await machine().scanHostKey());
      return 0;
    case "down":
      await bed().destroy();
      return 0;
    default:
      tell(usage);
      return command === "help" || command === "--help" ? 0 : 2;
  }
}

interface UpValues {
  readonly bed?: string;
  readonly name: string;
  readonly firmware: string;
  readonly disk: readonly string[];
  readonly memory?: string;
}

/** Brings a machine up in the bed that is named, or in a new one, which is kept. */
async function up(from: string, values: UpValues): Promise<void> {
  if (from !== "debian" && from !== "installer" && from !== "empty") throw new Error(`up debian, installer or empty?`);
  const bed = values.bed === undefined ? await TestBed.create(tell) : TestBed.attach(Number(values.bed));
  const settings: MachineOptions = {
    from,
    firmware: values.firmware === "bios" ? "bios" : "efi",
    disks: values.disk,
    ...(values.memory === undefined ? {} : { memoryMiB: Number(values.memory) }),
  };
  try {
    const machine = await Machine.create(bed, values.name, settings);
    if (from !== "empty") await machine.start();
    await bed.keep();
    print(`${machine.name}  ${machine.address}  bed ${bed.number}`);
    tell(`ssh -F ${bed.access.configFile} ${machine.name}      (Debian: also ada@ and bob@, password "bed")`);
    tell(
      `npx node test/bed/bed.ts controller --bed ${bed.number} -- flotilla …      --kexec ${machineImages().kexecTarball}`,
    );
  } catch (error) {
    if (values.bed === undefined) await bed.destroy();
    throw error;
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  tell(`machines: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
