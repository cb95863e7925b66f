// A machine as facts tell of it: a small virtual one that runs Debian.
import type { MachineFacts } from "../../src/install/machine-facts.ts";
import { usedDisk } from "../../src/terminal/fixtures/disk-plans.ts";

export const testFacts: MachineFacts = {
  operatingSystem: { id: "debian", name: "Debian GNU/Linux 12 (bookworm)", isInstaller: false, isNixos: false },
  architecture: "x86_64",
  kernel: "6.1.0-18-cloud-amd64",
  hostname: "web-1",
  bootId: "f0b1f2b3-0000-4000-8000-000000000000",
  machineId: "0123456789abcdef0123456789abcdef",
  virtualization: "kvm",
  isContainer: false,
  loginUser: "ada",
  elevation: ["sudo", "-n", "--"],
  memory: { total: 4 * 2 ** 30, available: 3.2 * 2 ** 30, swap: 0 },
  firmware: "efi",
  secureBoot: false,
  kexec: { allowed: true, why: null },
  programs: ["curl", "tar"],
  freeSpace: { home: 9 * 2 ** 30, temporary: 2 ** 30 },
  clockSkew: 0.2,
  hostKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEX"],
  network: {
    links: [
      {
        name: "eth0",
        kind: "ethernet",
        mac: "52:54:00:12:34:56",
        permanentMac: null,
        mtu: 1500,
        up: true,
        master: null,
        vlan: null,
        bond: null,
        addresses: [{ address: "192.0.2.7", prefix: 24, peer: null, dynamic: true }],
      },
    ],
    routes: [
      {
        destination: "default",
        gateway: "192.0.2.1",
        link: "eth0",
        metric: 100,
        family: 4,
        protocol: "dhcp",
        onLink: false,
        source: null,
      },
    ],
    nameservers: ["192.0.2.53"],
    searchDomains: [],
    manager: "systemd-networkd",
    policyRouting: false,
    session: null,
  },
  disks: { disks: [usedDisk], groups: [], probed: true },
};
