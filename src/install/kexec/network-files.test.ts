import { describe, expect, test } from "vitest";
import type { MachineNetwork, NetworkLink } from "../machine-facts.ts";
import { testLink, testNetwork, testRoute } from "../test-machine-facts.ts";
import { lostByStockImage } from "./carried-links.ts";
import { networkFiles } from "./network-files.ts";

const network = (given: Partial<MachineNetwork>): MachineNetwork => ({ ...testNetwork, ...given });
const link = (name: string, given: Partial<NetworkLink>): NetworkLink => ({
  ...testLink,
  name,
  mac: null,
  permanentMac: null,
  addresses: [],
  ...given,
});
const card = (name: string, mac: string, given: Partial<NetworkLink> = {}): NetworkLink =>
  link(name, { mac, permanentMac: mac, ...given });
const address = (address: string, prefix: number, dynamic = false): NetworkLink["addresses"][number] => ({
  address,
  prefix,
  peer: null,
  dynamic,
});
const textOf = (given: MachineNetwork, name: string): string =>
  networkFiles(given).find((file) => file.name.endsWith(name))?.text ?? "";

test("a card with a fixed address gets it back, with its routes and name servers", () => {
  const given = network({
    nameservers: ["192.0.2.53", "2001:db8::53"],
    searchDomains: ["lan.example"],
    routes: [
      { ...testRoute, metric: 100, onLink: true, source: "192.0.2.9" },
      { ...testRoute, destination: "198.51.100.0/24", gateway: null, protocol: "boot" },
      { ...testRoute, destination: "192.0.2.0/24", gateway: null, protocol: "kernel" },
    ],
  });
  expect(networkFiles(given)).toEqual([
    {
      name: "0-flotilla-00-eth0.network",
      text: `[Match]
PermanentMACAddress=52:54:00:00:00:01

[Network]
DHCP=no
IPv6AcceptRA=yes
DNS=192.0.2.53
DNS=2001:db8::53
Domains=lan.example

[Address]
Address=192.0.2.9/24

[Route]
Destination=0.0.0.0/0
Gateway=192.0.2.1
GatewayOnLink=yes
Metric=100
PreferredSource=192.0.2.9

[Route]
Destination=198.51.100.0/24
`,
    },
  ]);
});

test("the names come before those of nixos-images, so that networkd takes ours", () => {
  for (const { name } of networkFiles(testNetwork)) expect(name < "00-eth0.network").toBe(true);
});

test("a leased address is asked for again, by the name that the machine had for it", () => {
  const links = [card("eth0", "52:54:00:00:00:01", { addresses: [address("192.0.2.9", 24, true)] })];
  const routes = [{ ...testRoute, protocol: "dhcp" }];
  expect(textOf(network({ links, routes, manager: "other" }), ".network")).toBe(`[Match]
PermanentMACAddress=52:54:00:00:00:01

[Network]
DHCP=ipv4
IPv6AcceptRA=yes

[DHCPv4]
ClientIdentifier=mac
`);
  expect(textOf(network({ links, routes }), ".network")).not.toContain("ClientIdentifier");
});

test("a machine with IPv6 alone is not made to take a router's word where it had none", () => {
  const given = network({
    links: [card("eth0", "52:54:00:00:00:01", { addresses: [address("2001:db8::9", 64)] })],
    routes: [{ ...testRoute, family: 6, gateway: "fe80::1", metric: 1024 }],
  });
  const text = textOf(given, ".network");
  expect(text).toContain("IPv6AcceptRA=no\n");
  expect(text).toContain("Destination=::/0\nGateway=fe80::1\n");
});

test("the other end of a link, an address that was changed, and an MTU are carried", () => {
  const peer = { address: "10.9.0.1", prefix: 32, peer: "10.9.0.2", dynamic: false };
  const given = network({
    links: [
      link("eth0", { mac: "02:00:00:00:00:09", permanentMac: "52:54:00:00:00:01", mtu: 9000, addresses: [peer] }),
    ],
  });
  const text = textOf(given, ".network");
  expect(text).toContain("[Match]\nPermanentMACAddress=52:54:00:00:00:01 02:00:00:00:00:09\n");
  expect(text).toContain("[Link]\nMTUBytes=9000\nMACAddress=02:00:00:00:00:09\n");
  expect(text).toContain("[Address]\nAddress=10.9.0.1/32\nPeer=10.9.0.2/32\n");
});

test("a bridge over a VLAN on a bond is made again, from the cards up", () => {
  const bond = { mode: "802.3ad", miimon: 100, lacpRate: "fast", xmitHashPolicy: "layer3+4" };
  const given = network({
    links: [
      link("br0", { kind: "bridge", mac: "52:54:00:00:00:aa", addresses: [address("192.0.2.9", 24)] }),
      link("bond0.5", { kind: "vlan", mac: "52:54:00:00:00:aa", vlan: { id: 5, parent: "bond0" }, master: "br0" }),
      link("bond0", { kind: "bond", mac: "52:54:00:00:00:aa", bond }),
      card("eth0", "52:54:00:00:00:01", { mac: "52:54:00:00:00:aa", master: "bond0" }),
      card("eth1", "52:54:00:00:00:02", { mac: "52:54:00:00:00:aa", master: "bond0" }),
      card("eth2", "52:54:00:00:00:03"),
      link("docker0", { kind: "bridge", mac: "02:42:00:00:00:01", addresses: [address("172.17.0.1", 16)] }),
      link("veth1", { kind: "other", mac: "02:42:00:00:00:02", master: "docker0" }),
    ],
    routes: [{ ...testRoute, link: "br0" }],
  });
  expect(networkFiles(given).map(({ name }) => name)).toEqual([
    "0-flotilla-00-eth0.network",
    "0-flotilla-01-eth1.network",
    "0-flotilla-02-bond0.netdev",
    "0-flotilla-02-bond0.network",
    "0-flotilla-03-bond0.5.netdev",
    "0-flotilla-03-bond0.5.network",
    "0-flotilla-04-br0.netdev",
    "0-flotilla-04-br0.network",
  ]);
  expect(textOf(given, "eth0.network")).toBe(`[Match]
PermanentMACAddress=52:54:00:00:00:01

[Network]
Bond=bond0
LinkLocalAddressing=no
DHCP=no
IPv6AcceptRA=no
`);
  expect(textOf(given, "bond0.netdev")).toBe(`[NetDev]
Name=bond0
Kind=bond
MACAddress=52:54:00:00:00:aa

[Bond]
Mode=802.3ad
MIIMonitorSec=100ms
LACPTransmitRate=fast
TransmitHashPolicy=layer3+4
`);
  expect(textOf(given, "bond0.network")).toContain("[Match]\nName=bond0\n\n[Network]\nVLAN=bond0.5\n");
  expect(textOf(given, "bond0.5.netdev")).toContain("Kind=vlan\n\n[VLAN]\nId=5\n");
  expect(textOf(given, "bond0.5.network")).toContain("Bridge=br0\n");
  expect(textOf(given, "br0.network")).toContain("[Address]\nAddress=192.0.2.9/24\n");
});

test("what the machine says is written only where it is what it should be", () => {
  const given = network({
    links: [
      card("eth0", "52:54:00:00:00:01", { addresses: [address("192.0.2.9/24\nDNS=203.0.113.1\n#", 24)] }),
      card("e\n[Network]", "52:54:00:00:00:02", { addresses: [address("192.0.2.8", 24)] }),
    ],
    nameservers: ["not an address"],
    routes: [{ ...testRoute, gateway: "192.0.2.1\nMetric=1" }],
  });
  expect(networkFiles(given)).toEqual([
    {
      name: "0-flotilla-00-eth0.network",
      text: "[Match]\nPermanentMACAddress=52:54:00:00:00:01\n\n[Network]\nDHCP=no\nIPv6AcceptRA=yes\n",
    },
  ]);
});

describe("what nixos-images' own way loses", () => {
  test("nothing, where there are an address and a route, fixed or leased", () => {
    expect(lostByStockImage(testNetwork)).toEqual([]);
    const links = [card("eth0", "52:54:00:00:00:01", { addresses: [address("192.0.2.9", 24, true)] })];
    expect(lostByStockImage(network({ links, nameservers: ["192.0.2.53"] }))).toEqual([]);
  });

  test.each([
    [{ nameservers: ["192.0.2.53"] }, "name servers"],
    [{ links: [{ ...testLink, mtu: 1400 }] }, "MTU 1400 of eth0"],
    [{ routes: [testRoute, { ...testRoute, gateway: "192.0.2.2", metric: 200 }] }, "metrics of routes"],
    [{ links: [{ ...testLink, mac: "02:00:00:00:00:09" }] }, "hardware address of eth0"],
    [
      {
        links: [
          testLink,
          link("eth0.5", { kind: "vlan", vlan: { id: 5, parent: "eth0" }, addresses: [address("10.0.0.1", 8)] }),
        ],
      },
      "vlan eth0.5",
    ],
    [
      { manager: "other", links: [{ ...testLink, addresses: [address("192.0.2.9", 24, true)] }] },
      "name by which DHCP knows the machine",
    ],
  ] satisfies readonly (readonly [Partial<MachineNetwork>, string])[])("%o", (given, lost) => {
    expect(lostByStockImage(network(given))).toEqual([lost]);
  });
});

test("nothing that a machine says begins another line", () => {
  const inject = "\n[Network]\nDHCP=yes";
  const files = networkFiles(
    network({
      links: [card("eth0", "52:54:00:00:00:01", { permanentMac: `52:54:00:00:00:01${inject}` })],
      routes: [{ ...testRoute, destination: `198.51.100.0/24${inject}` }],
    }),
  );
  expect(files.map(({ text }) => text).join("\n")).not.toContain("DHCP=yes");
});
