// Which links of a machine an installer needs: those that lead to a wire, and what they are made of. Bridges of containers and
// tunnels stay behind.
import type { MachineNetwork, NetworkLink } from "../machine-facts.ts";

/** A name that goes into files as it is. */
const plainName = /^[A-Za-z0-9_.:@-]{1,15}$/u;

/**
 * The links, what others stand on first. An unused card is left out: the installer asks for an address there by itself.
 */
export function carriedLinks(network: MachineNetwork): readonly NetworkLink[] {
  const named = new Map(network.links.filter(({ name }) => plainName.test(name)).map((link) => [link.name, link]));
  const ports = (link: NetworkLink): NetworkLink[] => [...named.values()].filter(({ master }) => master === link.name);

  /** Whether there is a card at its bottom. Chains are short; a ring of names has no bottom. */
  const isWired = (link: NetworkLink, depth = 0): boolean => {
    if (depth > named.size) return false;
    switch (link.kind) {
      case "ethernet":
        return /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/u.test(link.mac ?? "");
      case "vlan": {
        const parent = named.get(link.vlan?.parent ?? "");
        return parent !== undefined && isWired(parent, depth + 1);
      }
      case "bond":
      case "bridge":
        return ports(link).some((port) => isWired(port, depth + 1));
      case "other":
        return false;
    }
  };
  const wired = [...named.values()].filter((link) => isWired(link));
  const isUsed = (link: NetworkLink): boolean =>
    link.addresses.length > 0 ||
    network.routes.some((route) => route.link === link.name) ||
    wired.some(({ name, vlan }) => vlan?.parent === link.name || link.master === name);
  const order: readonly NetworkLink["kind"][] = ["ethernet", "bond", "vlan", "bridge"];
  return wired.filter(isUsed).toSorted((left, right) => order.indexOf(left.kind) - order.indexOf(right.kind));
}

/**
 * What nixos-images' own way does not carry over, in words for the operator; none: its way is enough. It carries addresses,
 * routes with their gateways, and asks for DHCP on every card.
 */
export function lostByStockImage(network: MachineNetwork): readonly string[] {
  const links = carriedLinks(network);
  const outward = network.routes.filter(({ destination }) => destination === "default");
  const firstLink = links.find(({ name }) => name === outward[0]?.link);
  const asksDhcp = (link: NetworkLink | undefined): boolean => link?.addresses.some(({ dynamic }) => dynamic) === true;
  const ofFamily = (family: 4 | 6): number => outward.filter((route) => route.family === family).length;
  return [
    ...links.filter(({ kind }) => kind !== "ethernet").map(({ kind, name }) => `${kind} ${name}`),
    ...(network.nameservers.length > 0 && !asksDhcp(firstLink) ? ["name servers"] : []),
    ...links.filter(({ mtu }) => mtu !== 1500).map(({ mtu, name }) => `MTU ${mtu} of ${name}`),
    ...links
      .filter(({ addresses }) => addresses.some(({ peer }) => peer !== null))
      .map(({ name }) => `other end of ${name}`),
    ...(ofFamily(4) > 1 || ofFamily(6) > 1 ? ["metrics of routes"] : []),
    ...(network.manager === "other" && links.some(asksDhcp) ? ["name by which DHCP knows the machine"] : []),
    ...links
      .filter((link) => link.kind === "ethernet" && link.permanentMac !== null && link.mac !== link.permanentMac)
      .filter(({ master }) => master === null)
      .map(({ name }) => `hardware address of ${name}`),
  ];
}
