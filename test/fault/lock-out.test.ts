// A new system that nobody could reach must not stay, whatever else it does well; one that is reached where it says so must.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deployFaults, disksOf, type FaultRun, type Faults, systemsBefore } from "./faults-side-by-side.ts";
import { endOf, Scene } from "./scene.ts";

const lockedOut = { ends: { outcome: "rolled-back", code: "E_CONFIRM_TIMEOUT" }, runs: "old", boots: "old" } as const;
const reached = { ends: { outcome: "deployed", code: null }, runs: "new", boots: "new" } as const;

/** Something that the new system does and the old one undoes, as a firewall is. */
const withUnit = (start: string, stop: string): string => `
  units."barrier.service" = "[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nEnvironment=PATH=/usr/sbin:/usr/bin\\nExecStart=/bin/sh -c '${start}'\\nExecStop=/bin/sh -c '${stop}'\\n";
  wants = [ "barrier.service" ];
`;

/** By what the bed says of itself: its addresses, and the operator's. */
const faultsIn = (bed: {
  readonly operator: string;
  readonly address: (last: number) => string;
  readonly hostKey: (name: string) => string;
}): Faults => ({
  "no-sshd": { wish: { system: "sshd = false;" }, ...lockedOut },
  "undeclared-address": { wish: { system: `address = "${bed.address(201)}";` }, ...lockedOut },
  "declared-address": {
    wish: {
      system: `address = "${bed.address(202)}";`,
      // The old address takes the line with it, and only time tells that from a host that is busy.
      deployment: `targetHost = "${bed.address(202)}"; hostKey = "${bed.hostKey("declared-address")}"; rollback.confirmTimeout = 90;`,
    },
    ...reached,
  },
  "sshd-port": { wish: { system: "sshPorts = [ 2222 ];" }, ...reached },
  "target-port": { wish: { system: "sshPorts = [ 22 2222 ];", deployment: "targetPort = 2222;" }, ...reached },
  // What is declared counts, not what works: the next deploy would not find the host.
  "wrong-port": { wish: { system: "sshPorts = [ 2222 ];", deployment: "targetPort = 22;" }, ...lockedOut },
  "drops-packets": {
    wish: {
      system: withUnit(`ip route add blackhole ${bed.operator}/32`, `ip route del blackhole ${bed.operator}/32`),
    },
    ...lockedOut,
  },
  "rejects-our-key": {
    wish: {
      system: withUnit(
        "for file in /etc/ssh/bed_keys /root/.ssh/authorized_keys; do mv $$file $$file.away; done",
        "for file in /etc/ssh/bed_keys /root/.ssh/authorized_keys; do mv $$file.away $$file; done",
      ),
    },
    ...lockedOut,
  },
});
const nowhere = faultsIn({ operator: "", address: () => "", hostKey: () => "" });
const names = Object.keys(nowhere);

let scene: Scene;
let run: FaultRun;
beforeAll(async () => {
  scene = await Scene.create();
  await scene.hosts(systemsBefore(nowhere), disksOf(nowhere));
  const hostKeys = Object.fromEntries(
    await Promise.all(
      names.map(async (name) => {
        const { stdout } = await scene.bed.host(name).exec(["cat", "/etc/ssh/ssh_host_ed25519_key.pub"]);
        return [name, stdout.split(" ").slice(0, 2).join(" ")] as const;
      }),
    ),
  );
  // Where a host was found is known of hosts that were deployed to.
  const first = await scene.flotilla(["deploy", "--json"]);
  if (first.exitCode !== 0) throw new Error(first.stderr);
  run = await deployFaults(
    scene,
    faultsIn({
      operator: scene.bed.network.gateway,
      address: (last) => scene.bed.address(last),
      hostKey: (name) => hostKeys[name] ?? "",
    }),
  );
});
afterAll(() => scene.destroy());

test.for(names)("%s", async (name) => {
  // The bed's ssh looks where the host was; where it went is tested below.
  if (name === "declared-address" || name === "sshd-port") return;
  expect(await run.found(name)).toEqual(run.expected(name));
});

describe("what moved", () => {
  test.for(["declared-address", "sshd-port", "target-port"] as const)(
    "%s is found by the next deploy",
    async (name) => {
      expect(endOf(run.ended.events, name)).toEqual(run.expected(name).end);
      const { exitCode, events } = await scene.flotilla(["deploy", "--json", "--on", name]);
      expect(endOf(events, name)).toEqual({ outcome: "unchanged", code: null });
      expect(exitCode).toBe(0);
    },
  );
});
