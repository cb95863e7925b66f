// A plan for disks as both of its pictures see it: every disk as spans from its start to its end, as it is and as it will be.
import type { DiskPlan, PlannedDisk, PlannedGroup, PlannedPart } from "../disk/disk-plan.ts";
import type { BlockDevice } from "../disk/machine-disks.ts";
import { deviceSpans } from "./device-spans.ts";
import { formatBytes } from "./format-bytes.ts";

export type SpanFate = "lost" | "kept" | "new" | "grown" | "free";

/** One stretch of a disk. */
export interface Span {
  readonly name: string;
  readonly size: number;
  readonly fate: SpanFate;
  /** From the outside in. */
  readonly content: readonly string[];
  /** What the innermost of it is divided into. */
  readonly branches: readonly Branch[];
}

export interface Branch {
  readonly name: string;
  readonly size: string | null;
  readonly content: readonly string[];
  readonly branches: readonly Branch[];
}

export interface DiskView {
  /** In the layout; null: the layout does not know it. */
  readonly name: string | null;
  readonly path: string;
  readonly size: string;
  /** Its model, its serial number, how it is attached: what is printed on it. */
  readonly marks: readonly string[];
  readonly byId: string | null;
  readonly fate: PlannedDisk["fate"] | "untouched";
  readonly before: readonly Span[];
  /** null: as it is now. */
  readonly after: readonly Span[] | null;
  /** What is lost with it and lies elsewhere, or not in a part of its own. */
  readonly lost: readonly string[];
}

export interface PlanView {
  readonly disks: readonly DiskView[];
  /** Those that have more than one member, and those whose member no disk shows. */
  readonly groups: readonly PlannedGroup[];
  readonly untouched: readonly DiskView[];
}

/** Gaps that alignment leaves are no free space to anybody. */
const smallestGap = 4 * 2 ** 20;

/** The plan, ready to be drawn. */
export function planView(plan: DiskPlan): PlanView {
  const alone = new Map(
    plan.groups
      .filter(({ members }) => members.length === 1)
      .map((group) => [`${group.members[0]?.disk}\0${group.members[0]?.part ?? ""}`, group]),
  );
  const shown = new Set<PlannedGroup>();
  const disks = plan.disks.map((disk) => {
    const groupOf = (part: PlannedPart, isWhole: boolean): PlannedGroup | null => {
      const group = alone.get(`${disk.name}\0${part.name}`) ?? (isWhole ? alone.get(`${disk.name}\0`) : undefined);
      if (group !== undefined) shown.add(group);
      return group ?? null;
    };
    return plannedDiskView(disk, groupOf);
  });
  return {
    disks,
    groups: plan.groups.filter((group) => !shown.has(group)),
    untouched: plan.untouched.map(deviceView),
  };
}

function plannedDiskView(
  { after, device, fate, lost, name }: PlannedDisk,
  groupOf: (part: PlannedPart, isWhole: boolean) => PlannedGroup | null,
): DiskView {
  const isGap = (part: PlannedPart): boolean => part.fate === "free" && part.size < smallestGap;
  const spans = after
    .filter((part) => after.length === 1 || !isGap(part))
    .map((part): Span => ({ ...part, branches: branchesOf(groupOf(part, after.length === 1)) }));
  const paths = pathsOf(device);
  return {
    ...markings(device),
    name,
    fate,
    before: deviceSpans(device, smallestGap, fate === "wiped" ? "lost" : "kept"),
    after: fate === "kept" ? null : spans,
    // What lies in parts is shown with them.
    lost: fate === "wiped" ? lost.filter((line) => !paths.has(line.split(" ")[0] ?? "")) : lost,
  };
}

const branchesOf = (group: PlannedGroup | null): readonly Branch[] =>
  group === null
    ? []
    : group.volumes.map(({ content, name, size }) => ({ name: name ?? "", size, content, branches: [] }));

function pathsOf(device: BlockDevice): ReadonlySet<string> {
  return new Set([device.path, ...device.links, ...device.children.flatMap((child) => [...pathsOf(child)])]);
}

/** A disk to which nothing happens. */
export const deviceView = (device: BlockDevice): DiskView => ({
  ...markings(device),
  name: null,
  fate: "untouched",
  before: deviceSpans(device, smallestGap, "kept"),
  after: null,
  lost: [],
});

function markings(device: BlockDevice): Pick<DiskView, "path" | "size" | "marks" | "byId"> {
  const { model, path, serial, size, transport } = device;
  const marks = [model, serial === null ? null : `serial ${serial}`, transport, ...remarks(device)];
  return {
    path,
    size: formatBytes(size),
    marks: marks.filter((mark) => mark !== null && mark.trim() !== "").map((mark) => mark ?? ""),
    byId: idLink(device),
  };
}

const remarks = ({ readOnly, removable }: BlockDevice): readonly string[] => [
  ...(removable ? ["removable"] : []),
  ...(readOnly ? ["read-only"] : []),
];

/** The name that stays with the disk in another slot: the one with its model and serial number before bare numbers. */
export function idLink({ links }: Pick<BlockDevice, "links">): string | null {
  const ids = links.filter((link) => link.startsWith("/dev/disk/by-id/"));
  const isNumber = (link: string): boolean => /\/(?:wwn-|nvme-(?:eui|nvme)\.|scsi-[0-9])/u.test(link);
  return ids.find((link) => !isNumber(link)) ?? ids[0] ?? null;
}
