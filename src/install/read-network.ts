// What facts.sh says of a machine's network, understood: from ip's JSON where the machine has it, from /sys and /proc otherwise.
import { z } from "zod";
import type { HostRecords } from "../checks/host-records.ts";
import type { MachineNetwork, NetworkLink, NetworkRoute } from "./machine-facts.ts";
import { procRoutes } from "./read-proc-routes.ts";

type Address = NetworkLink["addresses"][number];

/** The network records of facts.sh. What cannot be understood is left out: a machine is never refused for its odd routes. */
export function readNetwork(records: HostRecords): MachineNetwork {
  const valueOf = (key: string): string => records.findLast(([name]) => name === key)?.[1] ?? "";
  const addresses = jsonAddresses(valueOf("ip_addresses")) ?? lineAddresses(valueOf("ip_address_lines"));
  const vlans = readVlans(valueOf("vlans"));
  const permanent = permanentMacs(valueOf("ip_links"));
  const links = records
    .filter(([key]) => key === "link")
    .map(([, value]) => readLink(value, addresses, vlans, permanent))
    .filter((link) => link !== null);
  return {
    links,
    routes: [
      ...(jsonRoutes(valueOf("ip_routes4"), 4) ?? procRoutes(valueOf("routes4"), 4)),
      ...(jsonRoutes(valueOf("ip_routes6"), 6) ?? procRoutes(valueOf("routes6"), 6)),
    ].filter((route) => links.some((link) => link.name === route.link)),
    ...readResolver(valueOf("resolv_conf"), valueOf("resolv_upstream")),
    manager: valueOf("networkd") === "yes" ? "systemd-networkd" : "other",
    policyRouting: [valueOf("ip_rules"), valueOf("ip_rules6")].some((rules) => !onlyUsualRules(rules)),
    session: readSession(valueOf("session")),
  };
}

/** ARPHRD_ETHER and IFF_UP of linux/if_arp.h and linux/if.h; NET_ADDR_PERM of linux/netdevice.h. */
const ether = "1";
const up = 1;
const permanentAddress = "0";

function readLink(
  record: string,
  addresses: ReadonlyMap<string, readonly Address[]>,
  vlans: ReadonlyMap<string, NonNullable<NetworkLink["vlan"]>>,
  permanent: ReadonlyMap<string, string>,
): NetworkLink | null {
  const [name = "", ...lines] = record.split("\n");
  const has = new Set(lines.filter((line) => line.startsWith("has ")).map((line) => line.slice(4)));
  const values = new Map(lines.map((line) => pair(line)));
  const value = (key: string): string | null => values.get(key) || null;
  if (name === "" || name === "lo") return null;
  const vlan = vlans.get(name) ?? null;
  const mac = value("address");
  const kind = ((): NetworkLink["kind"] => {
    if (vlan !== null) return "vlan";
    if (has.has("bonding")) return "bond";
    if (has.has("bridge")) return "bridge";
    return has.has("device") && !has.has("wireless") && value("type") === ether ? "ethernet" : "other";
  })();
  const ownMac = kind === "ethernet" && value("addr_assign_type") === permanentAddress ? mac : null;
  return {
    name,
    kind,
    mac,
    permanentMac: value("bonding_slave/perm_hwaddr") ?? permanent.get(name) ?? ownMac,
    mtu: Number(value("mtu") ?? 1500),
    up: (Number(value("flags") ?? 0) & up) !== 0,
    master: value("master"),
    vlan,
    bond: kind === "bond" ? readBond(value) : null,
    addresses: addresses.get(name) ?? [],
  };
}

/** Words as the kernel says them, e.g. `802.3ad 4`: name and number. */
function readBond(value: (key: string) => string | null): NonNullable<NetworkLink["bond"]> {
  const word = (key: string): string | null => value(key)?.split(" ")[0] ?? null;
  const miimon = word("bonding/miimon");
  return {
    mode: word("bonding/mode") ?? "balance-rr",
    miimon: miimon === null ? null : Number(miimon),
    lacpRate: word("bonding/lacp_rate"),
    xmitHashPolicy: word("bonding/xmit_hash_policy"),
  };
}

/** /proc/net/vlan/config: `eth0.5 | 5 | eth0` below two lines of heading. */
function readVlans(table: string): ReadonlyMap<string, NonNullable<NetworkLink["vlan"]>> {
  const rows = table.split("\n").map((line) => /^(\S+)\s*\|\s*(\d+)\s*\|\s*(\S+)\s*$/u.exec(line));
  return new Map(
    rows.flatMap((row) => {
      const [, name, id, parent] = row ?? [];
      return name === undefined || parent === undefined ? [] : [[name, { id: Number(id), parent }] as const];
    }),
  );
}

const IpLinks = z.array(z.object({ ifname: z.string(), permaddr: z.string().optional() }));

/** Told by ip where it differs from the present one. */
function permanentMacs(json: string): ReadonlyMap<string, string> {
  const links = parseJson(IpLinks, json) ?? [];
  return new Map(
    links.flatMap(({ ifname, permaddr }) => (permaddr === undefined ? [] : [[ifname, permaddr] as const])),
  );
}

const IpAddresses = z.array(
  z.object({
    ifname: z.string().optional(),
    addr_info: z
      .array(
        z.object({
          local: z.string().optional(),
          address: z.string().optional(),
          prefixlen: z.number().optional(),
          scope: z.string().optional(),
          dynamic: z.boolean().optional(),
        }),
      )
      .default([]),
  }),
);

function jsonAddresses(json: string): ReadonlyMap<string, readonly Address[]> | null {
  const links = parseJson(IpAddresses, json);
  if (links === null) return null;
  return new Map(
    links.map(({ addr_info, ifname = "" }) => [
      ifname,
      addr_info.flatMap(({ address, dynamic = false, local, prefixlen, scope }) =>
        local === undefined || prefixlen === undefined || scope === "link" || scope === "host"
          ? []
          : [{ address: local, prefix: prefixlen, peer: address ?? null, dynamic }],
      ),
    ]),
  );
}

/** `2: eth0    inet 10.0.0.2 peer 10.0.0.1/32 scope global dynamic eth0\ …`, as `ip -o address` has it. */
function lineAddresses(lines: string): ReadonlyMap<string, readonly Address[]> {
  const found = new Map<string, Address[]>();
  for (const line of lines.split("\n")) {
    const [, link = "", local = "", peer, prefix, rest = ""] =
      /^\d+:\s+(\S+?)(?:@\S+)?\s+inet6?\s+([0-9a-fA-F.:]+)(?:\s+peer\s+([0-9a-fA-F.:]+))?\/(\d+)\s(.*)$/u.exec(line) ??
      [];
    if (local === "" || /\bscope (?:link|host)\b/u.test(rest)) continue;
    const dynamic = /\bdynamic\b/u.test(rest);
    const address = { address: local, prefix: Number(prefix), peer: peer ?? null, dynamic };
    found.set(link, [...(found.get(link) ?? []), address]);
  }
  return found;
}

const IpRoutes = z.array(
  z.object({
    type: z.string().optional(),
    dst: z.string(),
    gateway: z.string().optional(),
    via: z.object({ host: z.string() }).optional(),
    dev: z.string().optional(),
    metric: z.number().optional(),
    protocol: z.string().optional(),
    prefsrc: z.string().optional(),
    flags: z.array(z.string()).default([]),
    nexthops: z
      .array(
        z.object({
          gateway: z.string().optional(),
          dev: z.string().optional(),
          flags: z.array(z.string()).default([]),
        }),
      )
      .default([]),
  }),
);

/** Of a route with several next hops the first is taken: one way is enough for an installer. */
function jsonRoutes(json: string, family: 4 | 6): readonly NetworkRoute[] | null {
  const routes = parseJson(IpRoutes, json);
  if (routes === null) return null;
  return routes
    .filter(({ type = "unicast" }) => type === "unicast")
    .flatMap(({ dst, flags, gateway, metric, nexthops: [hop], prefsrc, protocol = "boot", via, ...route }) => {
      const link = route.dev ?? hop?.dev;
      if (link === undefined) return [];
      return [
        {
          destination: withPrefix(dst, family),
          gateway: gateway ?? via?.host ?? hop?.gateway ?? null,
          link,
          metric: metric ?? null,
          family,
          protocol,
          onLink: [...flags, ...(hop?.flags ?? [])].includes("onlink"),
          source: prefsrc ?? null,
        },
      ];
    });
}

/** ip leaves the prefix of a single address out. */
function withPrefix(destination: string, family: 4 | 6): string {
  if (destination === "default" || destination.includes("/")) return destination;
  return `${destination}/${family === 4 ? 32 : 128}`;
}

/**
 * Name servers of resolv.conf; where they are on the machine itself, those that they ask in turn. Loopback addresses are never
 * told: in an installer nobody answers there.
 */
function readResolver(own: string, upstream: string): Pick<MachineNetwork, "nameservers" | "searchDomains"> {
  const lines = (text: string, words: readonly string[]): string[] =>
    text.split("\n").flatMap((line) => {
      const [word = "", ...values] = line.trim().split(/\s+/u);
      return words.includes(word) ? values : [];
    });
  const servers = (text: string): string[] =>
    lines(text, ["nameserver"]).filter((address) => !/^(?:127\.|::1$)/u.test(address));
  const direct = servers(own);
  const domains = [...lines(own, ["search", "domain"]), ...lines(upstream, ["search", "domain"])];
  return {
    nameservers: [...new Set(direct.length > 0 ? direct : servers(upstream))],
    searchDomains: [...new Set(domains)].filter((domain) => /^[A-Za-z0-9._-]+$/u.test(domain) && domain !== "."),
  };
}

/** What every kernel starts with: `0: from all lookup local`, and the tables main and default. */
function onlyUsualRules(rules: string): boolean {
  return rules
    .split("\n")
    .filter((line) => line.trim() !== "")
    .every((line) => /^(?:0|32766|32767):\s+from all lookup (?:local|main|default)\s*$/u.test(line));
}

/** SSH_CONNECTION: the client's address and port, the server's address and port. */
function readSession(words: string): MachineNetwork["session"] {
  const [remote, , local, port] = words.split(" ");
  if (remote === undefined || local === undefined || port === undefined) return null;
  return { local, port: Number(port), remote };
}

function parseJson<Output>(schema: z.ZodType<Output>, text: string): Output | null {
  if (text.trim() === "") return null;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function pair(line: string): readonly [string, string] {
  const blank = line.indexOf(" ");
  return blank === -1 ? [line, ""] : [line.slice(0, blank), line.slice(blank + 1).trim()];
}
