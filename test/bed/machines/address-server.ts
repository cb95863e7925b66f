// DHCP in a bed's network: every machine gets the address that its network card was numbered after.
import { spawn } from "node:child_process";
import { openSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ControlGroup } from "../cgroup.ts";
import type { Network } from "../network.ts";
import { waitUntil } from "../wait-until.ts";
import { machineImages } from "./machine-images.ts";

/** Machines have the addresses from here on; the containers of the bed those below. */
export const firstMachineAddress = 101;
export const lastMachineAddress = 199;

/** 10.77.3.101 -> 02:00:0a:4d:03:65 */
export function hardwareAddressOf(address: string): string {
  const numbers = address.split(".").map((number) => Number(number).toString(16).padStart(2, "0"));
  return ["02", "00", ...numbers].join(":");
}

/** Starts it, unless it runs. It ends with the bed. */
export async function startAddressServer(network: Network, bedDirectory: string): Promise<void> {
  const group = new ControlGroup(`flotilla-bed-${network.bed}/.addresses`);
  if (group.isPopulated()) return;
  await group.create();
  const directory = join(bedDirectory, "addresses");
  await mkdir(directory, { recursive: true });
  const leases = [];
  for (let last = firstMachineAddress; last <= lastMachineAddress; last++) {
    const address = network.address(last);
    leases.push(`static_lease ${hardwareAddressOf(address)} ${address}`);
  }
  const configuration = [
    `interface ${network.bridge}`,
    // For network cards that the bed did not number.
    `start ${network.address(lastMachineAddress + 1)}`,
    `end ${network.address(lastMachineAddress + 20)}`,
    "option subnet 255.255.255.0",
    `option router ${network.gateway}`,
    `option dns ${network.gateway}`,
    "option lease 864000",
    `lease_file ${join(directory, "leases")}`,
    `pidfile ${join(directory, "pid")}`,
    ...leases,
  ];
  const file = join(directory, "udhcpd.conf");
  writeFileSync(file, `${configuration.join("\n")}\n`);
  const log = openSync(join(directory, "log"), "a");
  const [enter, ...args] = group.enter;
  spawn(enter, [...args, machineImages().busybox, "udhcpd", "-f", file], {
    detached: true,
    stdio: ["ignore", log, log],
  }).unref();
  await waitUntil("DHCP of the bed", async () => group.isPopulated(), { deadline: 5000 });
}
