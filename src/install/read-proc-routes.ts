// Routes as the kernel's own tables have them (/proc/net/route, /proc/net/ipv6_route): for machines whose ip knows no JSON.
import type { NetworkRoute } from "./machine-facts.ts";

/** RTF_UP, RTF_REJECT and RTF_ADDRCONF, RTF_LOCAL of linux/route.h and linux/ipv6_route.h. */
const up = 0x1;
const reject = 0x200;
const announced = 0x40000;
const local = 0x80000000;

/**
 * The routes of one of the two tables. Who made a route is not in it, but for a router's announcements; a route without a
 * gateway counts as the kernel's own, made with an address.
 */
export function procRoutes(table: string, family: 4 | 6): readonly NetworkRoute[] {
  const rows = table.split("\n").map((line) => line.trim().split(/\s+/u));
  return rows.flatMap((row) => {
    const route = family === 4 ? route4(row) : route6(row);
    return route === null ? [] : [route];
  });
}

/** Iface Destination Gateway Flags RefCnt Use Metric Mask: addresses in the byte order of the machine, little-endian. */
function route4([link, destination, gateway, flags, , , metric, mask]: readonly string[]): NetworkRoute | null {
  if (link === undefined || destination === undefined || mask === undefined || !/^[0-9A-F]{8}$/iu.test(mask))
    return null;
  const bits = Number.parseInt(flags ?? "0", 16);
  if ((bits & up) === 0 || (bits & reject) !== 0) return null;
  const prefix = Number.parseInt(mask, 16).toString(2).replaceAll("0", "").length;
  const via = gateway === undefined || /^0+$/u.test(gateway) ? null : address4(gateway);
  return {
    destination: prefix === 0 ? "default" : `${address4(destination)}/${prefix}`,
    gateway: via,
    link,
    metric: Number(metric) === 0 ? null : Number(metric),
    family: 4,
    protocol: via === null ? "kernel" : "boot",
    onLink: false,
    source: null,
  };
}

/** Destination, its prefix, source, its prefix, next hop, metric, references, use, flags, device: all hexadecimal. */
function route6([destination, prefix, , , gateway, metric, , , flags, link]: readonly string[]): NetworkRoute | null {
  if (link === undefined || destination === undefined || gateway === undefined) return null;
  const bits = Number.parseInt(flags ?? "0", 16);
  if ((bits & up) === 0 || (bits & reject) !== 0 || bits >= local || link === "lo") return null;
  // Multicast and what belongs to every link.
  if (/^(?:ff|fe80)/iu.test(destination)) return null;
  const length = Number.parseInt(prefix ?? "0", 16);
  const via = /^0+$/u.test(gateway) ? null : address6(gateway);
  return {
    destination: length === 0 ? "default" : `${address6(destination)}/${length}`,
    gateway: via,
    link,
    metric: Number.parseInt(metric ?? "0", 16),
    family: 6,
    protocol: (bits & announced) !== 0 ? "ra" : via === null ? "kernel" : "boot",
    onLink: false,
    source: null,
  };
}

const address4 = (hex: string): string =>
  (hex.match(/../gu) ?? [])
    .toReversed()
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");

/** Without the shortening of zeros: every program reads it. */
const address6 = (hex: string): string =>
  (hex.match(/.{4}/gu) ?? []).map((group) => Number.parseInt(group, 16).toString(16)).join(":");
