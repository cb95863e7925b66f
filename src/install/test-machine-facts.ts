// A machine in order, for tests that change one thing of it: a Debian with one card, reached by ssh as root.
import type { MachineFacts, MachineNetwork, NetworkLink, NetworkRoute } from "./machine-facts.ts";

export const testLink: NetworkLink = {
  name: "eth0",
  kind: "ethernet",
  mac: "52:54:00:00:00:01",
  permanentMac: "52:54:00:00:00:01",
  mtu: 1500,
  up: true,
  master: null,
  vlan: null,
  bond: null,
  addresses: [{ address: "192.0.2.9", prefix: 24, peer: null, dynamic: false }],
};

export const testRoute: NetworkRoute = {
  destination: "default",
  gateway: "192.0.2.1",
  link: "eth0",
  metric: null,
  family: 4,
  protocol: "static",
  onLink: false,
  source: null,
};

export const testNetwork: MachineNetwork = {
  links: [testLink],
  routes: [testRoute],
  nameservers: [],
  searchDomains: [],
  manager: "systemd-networkd",
  policyRouting: false,
  session: { local: "192.0.2.9", port: 22, remote: "198.51.100.7" },
};

export const testFacts: MachineFacts = {
  operatingSystem: { id: "debian", name: "Debian GNU/Linux 12", isInstaller: false, isNixos: false },
  architecture: "x86_64",
  kernel: "6.1.0-13-amd64",
  hostname: "old-web",
  bootId: "6f1c2b1e-6a4b-4a0e-9a59-1b0e4f4b3c11",
  machineId: "0af7651916cd43dd8448eb211c80319c",
  virtualization: "kvm",
  isContainer: false,
  loginUser: "root",
  elevation: [],
  memory: { total: 4 * 1024 ** 3, available: 3 * 1024 ** 3, swap: 0 },
  firmware: "efi",
  secureBoot: false,
  kexec: { allowed: true, why: null },
  programs: ["cpio", "curl", "find", "grep", "gzip", "mktemp", "readlink", "sha256sum", "tar"],
  freeSpace: { home: 10 * 1024 ** 3, temporary: 10 * 1024 ** 3 },
  clockSkew: 0,
  hostKeys: ["ssh-ed25519 AAAAC3Nza", "ssh-rsa AAAAB3Nza"],
  network: testNetwork,
  disks: { probed: true, disks: [], groups: [] },
};

export const testInstallerFacts: MachineFacts = {
  ...testFacts,
  operatingSystem: { id: "nixos", name: "NixOS", isInstaller: true, isNixos: true },
  bootId: "11111111-2222-3333-4444-555555555555",
  hostname: "nixos-installer",
  programs: [...testFacts.programs, "nix", "nixos-install"],
};
