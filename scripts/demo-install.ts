// Shows flotilla install a machine: a Debian with ssh becomes the host that a flake describes, and is deployed to from then on. Ends with
// a status other than 0 when any of it did not go as it must.
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { Machine } from "../test/bed/machines/machine.ts";
import { machineImages } from "../test/bed/machines/machine-images.ts";
import { setUpMachines } from "../test/bed/machines/set-up-machines.ts";
import { DemoRepository } from "./demo-repository.ts";
import { allDone, type DemoStage, narrate, playDemo } from "./demo-stage.ts";

const name = "web-01";
const byMachines = "npx node test/bed/machines/machines.ts";

async function createRepository({ bed, directory }: DemoStage): Promise<DemoRepository> {
  const repository = await DemoRepository.create(directory, bed, {
    example: "install",
    keysIn: "configuration.nix",
  });
  // The machine is one of the test bed, as is the package set that it is made of.
  await repository.edit("configuration.nix", (text) => text.replace(/\}\s*$/, "  bed.machine.enable = true;\n}\n"));
  await symlink(machineImages().kexecTarball, join(directory, "installer.tar.gz"));
  await repository.begin(bed, "A web server");
  return repository;
}

async function bringUp({ bed }: DemoStage): Promise<Machine> {
  const machine = await Machine.create(bed, name, { from: "debian", firmware: "efi", disks: ["8G", "2G:archive"] });
  await machine.start();
  return machine;
}

/** Holds the machine to what the demo has said of it. */
async function mustAnswer(machine: Machine, question: string, expected: string): Promise<void> {
  const { exitCode, stdout, stderr } = await machine.ssh(question);
  if (exitCode !== 0 || !stdout.includes(expected))
    throw new Error(`${name} answered \`${question}\` with ${stdout || stderr}`);
}

async function show(stage: DemoStage, repository: DemoRepository, machine: Machine): Promise<void> {
  const install = `install ${name} --kexec ../installer.tar.gz`;
  narrate(`${name} is a machine with Debian on it, an empty second disk, and a key that lets us in. What is it?`);
  await stage.flotilla(repository, `facts ${name}`, 0);

  narrate("Its configuration says how its disks are to be. What would an install do to them? Nothing is touched.");
  await stage.flotilla(repository, `${install} --dry-run`, 0);

  narrate(`Install it: into an installer by kexec, make the disk that we name, put ${name}'s system there, reboot.`);
  await stage.flotilla(repository, `${install} --wipe main=/dev/disk/by-id/virtio-main`, 0);

  narrate("It runs the system of its configuration, from the disks of its configuration.");
  await stage.flotilla(repository, "status", 0);
  await stage.flotilla(repository, "exec -- findmnt --real --output TARGET,SOURCE,FSTYPE", 0);
  await mustAnswer(machine, "findmnt --noheadings --output FSTYPE /", "btrfs");

  narrate("From now on it is a host like any other: change its configuration, and deploy.");
  await repository.edit("configuration.nix", (text) =>
    text.replace("release-1", "release-2").replace("Installed with", "Deployed with"),
  );
  await repository.commit("Release 2");
  await stage.flotilla(repository, "deploy", 0);
  await mustAnswer(machine, "readlink /run/current-system", "release-2");

  narrate("Are its disks still what the configuration says? And what has happened so far?");
  await stage.flotilla(repository, `disk verify ${name}`, 0);
  await stage.flotilla(repository, "history", 0);
}

await playDemo({
  setUp: setUpMachines,
  show: async (stage) => {
    const [repository, machine] = await allDone([createRepository(stage), bringUp(stage)]);
    await show(stage, repository, machine);
    const bed = stage.bed.number;
    return (bin) => `\
The machine stays up. To play with it:

  cd ${repository.directory} && PATH=${bin}:$PATH
  flotilla ssh ${name}
  flotilla deploy                      # after an edit; \`git add\` what is new
  flotilla disk plan ${name}            # after an edit of disks.nix, say one more subvolume; \`disk apply\` makes it

From the project's directory:

  ${byMachines} pull --bed ${bed} ${name}      # pull its power cord; start puts it back
  ${byMachines} console --bed ${bed} ${name}   # what its console says`;
  },
});
