// A machine's network as files of systemd-networkd, so that an installer comes up with the same: systemd.network(5), systemd.netdev(5).
import { isIP } from "node:net";
import type { MachineNetwork, NetworkLink, NetworkRoute } from "../machine-facts.ts";
import { carriedLinks } from "./carried-links.ts";

export interface NetworkFile {
  readonly name: string;
  readonly text: string;
}

/** Lines of a section; null is left out. */
type Section = readonly [name: string, lines: readonly (readonly [key: string, value: string | null])[]];

const usualMtu = 1500;

/**
 * The files. Their names come before `00-…`: of several files for a link networkd takes the first, and nixos-images writes
 * some of its own. A card is known by its permanent address, since its name may be another under another kernel.
 *
 * @example networkFiles(facts.network).map(({ name }) => name) // ["0-flotilla-00-eth0.network"]
 */
export function networkFiles(network: MachineNetwork): readonly NetworkFile[] {
  const links = carriedLinks(network);
  return links.flatMap((link, index) => {
    const stem = `0-flotilla-${String(index).padStart(2, "0")}-${link.name}`;
    const netdev = netdevSections(link);
    return [
      ...(netdev === null ? [] : [{ name: `${stem}.netdev`, text: render(netdev) }]),
      { name: `${stem}.network`, text: render(networkSections(link, links, network)) },
    ];
  });
}

function netdevSections(link: NetworkLink): readonly Section[] | null {
  const { bond, kind, mac, name, vlan } = link;
  const common = (kind: string, mac: string | null): Section => [
    "NetDev",
    [
      ["Name", name],
      ["Kind", kind],
      ["MACAddress", mac],
    ],
  ];
  switch (kind) {
    case "vlan":
      // It has the address of what it is on.
      return vlan === null ? null : [common("vlan", null), ["VLAN", [["Id", String(vlan.id)]]]];
    case "bridge":
      return [common("bridge", mac)];
    case "bond":
      return [
        common("bond", mac),
        [
          "Bond",
          [
            ["Mode", bond?.mode ?? "balance-rr"],
            ["MIIMonitorSec", bond?.miimon ? `${bond.miimon}ms` : null],
            ["LACPTransmitRate", bond?.mode === "802.3ad" ? bond.lacpRate : null],
            ["TransmitHashPolicy", bond?.xmitHashPolicy ?? null],
          ],
        ],
      ];
    case "ethernet":
    case "other":
      return null;
  }
}

function networkSections(
  link: NetworkLink,
  links: readonly NetworkLink[],
  network: MachineNetwork,
): readonly Section[] {
  const master = links.find(({ name }) => name === link.master);
  const routes = network.routes.filter((route) => route.link === link.name);
  const isPort = master !== undefined;
  const { dhcp4, dynamic6 } = asksFor(link, routes);
  return [
    ["Match", matchLines(link, links)],
    [
      "Link",
      [
        ["MTUBytes", link.mtu === usualMtu ? null : String(link.mtu)],
        // A port of a bond has the bond's address.
        ["MACAddress", link.kind === "ethernet" && !isPort && link.mac !== link.permanentMac ? link.mac : null],
      ],
    ],
    [
      "Network",
      [
        ["Bond", master?.kind === "bond" ? master.name : null],
        ["Bridge", master?.kind === "bridge" ? master.name : null],
        ...links.filter(({ vlan }) => vlan?.parent === link.name).map(({ name }) => ["VLAN", name] as const),
        ["LinkLocalAddressing", isPort ? "no" : null],
        ["DHCP", isPort ? "no" : dhcp4 ? "ipv4" : "no"],
        ["IPv6AcceptRA", isPort || !dynamic6 ? "no" : "yes"],
        ...resolverLines(link, network),
      ],
    ],
    // networkd's own way to call itself to a DHCP server is another than that of all other clients.
    ["DHCPv4", [["ClientIdentifier", dhcp4 && network.manager === "other" ? "mac" : null]]],
    ...link.addresses.filter(({ dynamic }) => !dynamic).flatMap(addressSection),
    ...routes.flatMap(routeSection),
  ];
}

function matchLines(link: NetworkLink, links: readonly NetworkLink[]): Section[1] {
  if (link.kind !== "ethernet") return [["Name", link.name]];
  if (link.permanentMac !== null) {
    // Some cards keep what they were given across kexec, and the next kernel takes that for the permanent one. A port's is that of its master.
    const isOthers =
      link.mac === null || link.master !== null || links.some(({ permanentMac }) => permanentMac === link.mac);
    return [["PermanentMACAddress", isOthers ? link.permanentMac : `${link.permanentMac} ${link.mac}`]];
  }
  return [
    ["MACAddress", link.mac],
    // Not what is made of it, and has the same address.
    ["Kind", "!*"],
  ];
}

/** Whether its addresses came by DHCP or by a router's announcements; a link without any may still get them. */
function asksFor(
  link: NetworkLink,
  routes: readonly NetworkRoute[],
): { readonly dhcp4: boolean; readonly dynamic6: boolean } {
  const of = (family: 4 | 6): NetworkLink["addresses"] =>
    link.addresses.filter(({ address }) => isIP(address) === family);
  return {
    dhcp4: of(4).some(({ dynamic }) => dynamic),
    dynamic6: of(6).every(({ dynamic }) => dynamic) || routes.some(({ protocol }) => protocol === "ra"),
  };
}

/** On the first link with a default route: networkd asks the servers of a link through that link. */
function resolverLines(link: NetworkLink, { nameservers, routes, searchDomains }: MachineNetwork): Section[1] {
  const outward = routes.find(({ destination }) => destination === "default");
  if (outward?.link !== link.name) return [];
  return [
    ...nameservers.filter((server) => isIP(server.split("%")[0] ?? "") !== 0).map((server) => ["DNS", server] as const),
    ["Domains", searchDomains.length === 0 ? null : searchDomains.join(" ")],
  ];
}

function addressSection({ address, peer, prefix }: NetworkLink["addresses"][number]): readonly Section[] {
  if (isIP(address) === 0 || (peer !== null && isIP(peer) === 0)) return [];
  if (peer === null) return [["Address", [["Address", `${address}/${prefix}`]]]];
  const own = isIP(address) === 4 ? 32 : 128;
  return [
    [
      "Address",
      [
        ["Address", `${address}/${own}`],
        ["Peer", `${peer}/${prefix}`],
      ],
    ],
  ];
}

/** What the kernel, DHCP and routers made they make again. */
function routeSection(route: NetworkRoute): readonly Section[] {
  const { destination, family, gateway, metric, onLink, protocol, source } = route;
  if (["kernel", "dhcp", "ra", "redirect"].includes(protocol)) return [];
  const whole = family === 4 ? "0.0.0.0/0" : "::/0";
  const to = destination === "default" ? whole : destination;
  if (isIP(to.split("/")[0] ?? "") !== family || (gateway !== null && isIP(gateway) === 0)) return [];
  return [
    [
      "Route",
      [
        ["Destination", to],
        ["Gateway", gateway],
        ["GatewayOnLink", onLink ? "yes" : null],
        ["Metric", metric === null ? null : String(metric)],
        ["PreferredSource", source !== null && isIP(source) !== 0 ? source : null],
      ],
    ],
  ];
}

/** What the machine says goes into a file of lines: nothing of it may begin another. */
const isOneLine = (value: string): boolean => !/\p{Cc}/u.test(value);

function render(sections: readonly Section[]): string {
  return sections
    .map(([name, lines]) => ({ name, lines: lines.filter(([, value]) => value !== null && isOneLine(value)) }))
    .filter(({ lines }) => lines.length > 0)
    .map(({ lines, name }) => `[${name}]\n${lines.map(([key, value]) => `${key}=${value}\n`).join("")}`)
    .join("\n");
}
