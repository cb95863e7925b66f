// `flotilla install` on real machines, end to end; and the machine is a host of the fleet from then on.
import { afterAll, beforeAll, expect, test } from "vitest";
import { machineImages } from "../bed/machines/machine-images.ts";
import { Machine } from "../bed/machines/machine.ts";
import { TestBed } from "../bed/test-bed.ts";
import { endsOf, Operator } from "../journey/operator.ts";
import { fleetOfMachines, simpleEfi } from "./fleet-of-machines.ts";

let bed: TestBed;

beforeAll(async () => {
  bed = await TestBed.create();
});
afterAll(async () => {
  await bed?.destroy();
});

const deadline = 900_000;

test("a Debian becomes the host that its configuration describes, and is deployed to afterwards", async () => {
  const machine = await Machine.create(bed, "web", { from: "debian", firmware: "efi", disks: ["8G"] });
  const ana = await Operator.create(bed, "ana");
  const disk = "/dev/disk/by-id/virtio-main";
  await ana.write("flake.nix", await fleetOfMachines(bed, { web: simpleEfi(disk) }));
  await machine.start();

  const install = ["install", "web", "--impure", "--kexec", machineImages().kexecTarball];
  const unnamed = await ana.flotilla([...install, "--json"], { deadline });
  expect(endsOf(unnamed)).toEqual({ exit: 3, web: "refused E_WIPE_NOT_NAMED" });

  const ended = await ana.flotilla([...install, "--json", "--wipe", `main=${disk}`], { deadline });
  expect({ ...endsOf(ended), stderr: ended.stderr }).toMatchObject({ exit: 0, web: "installed" });

  const again = await ana.flotilla([...install, "--json", "--wipe", `main=${disk}`], { deadline });
  expect(endsOf(again)).toEqual({ exit: 0, web: "unchanged" });

  const changed = { ...simpleEfi(disk), module: `${simpleEfi(disk).module} environment.etc.greeting.text = "hello";` };
  await ana.write("flake.nix", await fleetOfMachines(bed, { web: changed }));
  const refused = await ana.flotilla([...install, "--json", "--wipe", `main=${disk}`], { deadline });
  expect(endsOf(refused)).toEqual({ exit: 3, web: "refused E_NOT_INSTALLABLE" });

  const deployed = await ana.flotilla(["deploy", "--on", "web", "--impure", "--json"], { deadline });
  expect(endsOf(deployed)).toEqual({ exit: 0, web: "deployed" });
  const { stdout } = await machine.ssh("cat /etc/greeting");
  expect(stdout).toContain("hello");
});
