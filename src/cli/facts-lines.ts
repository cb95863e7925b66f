// What a machine is, on one screen: what an operator wants to know before they install on it, and what would be in the way.
import type { MachineFacts, MachineNetwork, NetworkLink } from "../install/machine-facts.ts";
import { disksNow } from "../terminal/disk-picture.ts";
import { formatBytes } from "../terminal/format-bytes.ts";
import type { Tone } from "../terminal/paint.ts";
import type { Style } from "../terminal/style.ts";
import { drawLine, type Piece, type StyledLine } from "../terminal/styled-line.ts";

/** Below it hardly any installer fits; nixos-images asks for as much (docs/requirements.md of nixos-anywhere). */
const littleMemory = 1.5 * 2 ** 30;

/** Seconds after which certificates and signatures may not be believed there. */
const noticeableSkew = 60;

type Row = readonly [heading: string, ...lines: (readonly Piece[])[]];

/** The facts as lines; what may be in the way of an install has a colour and says so in words. */
export function factsLines(facts: MachineFacts, style: Style): string[] {
  const width = 12;
  const lines = rowsOf(facts, style).flatMap(([heading, ...lines]) =>
    lines.map((pieces, index): StyledLine => [
      { text: `  ${(index === 0 ? heading : "").padEnd(width)}`, tone: "quiet" },
      ...pieces,
    ]),
  );
  const unread: StyledLine[] = facts.disks.probed
    ? []
    : [[{ text: "  what lies on them is read by root alone", tone: "caution" }]];
  return [
    drawLine([{ text: facts.hostname, tone: "strong" }], style),
    ...lines.map((line) => drawLine(line, style)),
    "",
    ...unread.map((line) => drawLine(line, style)),
    ...disksNow(facts.disks.disks, style),
  ];
}

function rowsOf(facts: MachineFacts, { symbols }: Style): readonly Row[] {
  const { architecture, firmware, kernel, network, operatingSystem, secureBoot } = facts;
  const separator = ` ${symbols.separator} `;
  const boot = firmware === "efi" ? "EFI" : firmware === "bios" ? "BIOS" : "neither EFI nor BIOS";
  const secure =
    secureBoot === true ? caution("Secure Boot is on") : plain(secureBoot === false ? "Secure Boot off" : "");
  const installer = operatingSystem.isInstaller ? `${separator}an installer` : "";
  return [
    ["system", [plain(`${operatingSystem.name}${installer}${separator}Linux ${kernel}${separator}${architecture}`)]],
    ["machine", [machineOf(facts)]],
    ["memory", memoryOf(facts, separator)],
    ["boots by", [plain(boot), ...(secure.text === "" ? [] : [plain(separator), secure])]],
    ["kexec", [facts.kexec.allowed ? plain("possible") : caution(`not possible: ${facts.kexec.why ?? "unknown why"}`)]],
    ["login", [plain(facts.loginUser), ...rootOf(facts)]],
    ...(Math.abs(facts.clockSkew) < noticeableSkew
      ? []
      : [
          [
            "clock",
            [caution(`${Math.abs(Math.round(facts.clockSkew))} s ${facts.clockSkew > 0 ? "ahead" : "behind"}`)],
          ] as const,
        ]),
    ["network", ...networkOf(network, symbols.arrow)],
    ["host keys", ...facts.hostKeys.map((key) => [plain(key)])],
  ];
}

const plain = (text: string): Piece => ({ text });
const toned =
  (tone: Tone) =>
  (text: string): Piece => ({ text, tone });
const caution = toned("caution");
const bad = toned("bad");

function machineOf({ isContainer, virtualization }: MachineFacts): Piece {
  if (isContainer) return bad(`a container (${virtualization ?? "of a kind unknown"}): it has no disks of its own`);
  return plain(virtualization === null ? "no virtual one" : `virtual (${virtualization})`);
}

function memoryOf({ memory }: MachineFacts, separator: string): readonly Piece[] {
  const { available, swap, total } = memory;
  const shown = total < littleMemory ? caution : plain;
  const swapping = swap === 0 ? "no swap" : `${formatBytes(swap)} swap`;
  return [shown(formatBytes(total)), plain(`${separator}${formatBytes(available)} available${separator}${swapping}`)];
}

function rootOf({ elevation, loginUser }: MachineFacts): readonly Piece[] {
  if (elevation === null) return [bad(", who cannot become root")];
  return elevation.length === 0 ? [] : loginUser === "root" ? [] : [plain(`, root by ${elevation[0]}`)];
}

function networkOf({ links, nameservers, routes, searchDomains }: MachineNetwork, arrow: string): (readonly Piece[])[] {
  const shown = links.filter(({ addresses, kind, up }) => kind !== "other" || (up && addresses.length > 0));
  const defaults = routes
    .filter(({ destination }) => destination === "default")
    .map(({ gateway, link }) => `default ${arrow} ${gateway === null ? link : `${gateway} (${link})`}`);
  const names = nameservers.length === 0 ? [] : [`names from ${nameservers.join(", ")}`];
  const domains = searchDomains.length === 0 ? [] : [`in ${searchDomains.join(", ")}`];
  return [
    ...shown.map((link) => [plain(linkOf(link))]),
    ...defaults.map((line) => [plain(line)]),
    ...[...names, ...domains].map((line) => [plain(line)]),
  ];
}

function linkOf({ addresses, bond, kind, mac, master, mtu, name, up, vlan }: NetworkLink): string {
  const of = [
    ...(kind === "ethernet" || kind === "other" ? [] : [kind]),
    ...(vlan === null ? [] : [`${vlan.id} on ${vlan.parent}`]),
    ...(bond === null ? [] : [bond.mode]),
    ...(master === null ? [] : [`in ${master}`]),
    ...(mtu === 1500 ? [] : [`MTU ${mtu}`]),
    ...(up ? [] : ["down"]),
  ];
  const own = addresses.map(({ address, dynamic, prefix }) => `${address}/${prefix}${dynamic ? " (dynamic)" : ""}`);
  return [name, mac ?? "", ...of, own.join(", ")].filter((word) => word !== "").join("  ");
}
