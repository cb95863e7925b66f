// The order in which hosts are activated: by `wave`, then by `dependsOn`. Building and copying wait for nobody.
// A gate stands before each host: it opens when all that go before it have succeeded, and falls when one of them has not.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";

export interface WaveMember {
  readonly name: HostName;
  readonly wave: number;
  readonly dependsOn: readonly string[];
}

/**
 * Who must have succeeded before each host may be activated, among the hosts of this run.
 *
 * @throws E_CONFIGURATION for a cycle, or a `dependsOn` that is no host of the fleet.
 */
export function predecessors(
  members: readonly WaveMember[],
  fleet: ReadonlySet<string>,
): ReadonlyMap<HostName, readonly HostName[]> {
  const byName = new Map<string, WaveMember>(members.map((member) => [member.name, member]));
  const result = new Map<HostName, readonly HostName[]>();
  for (const member of members) {
    const before = new Set(members.filter((other) => other.wave < member.wave).map((other) => other.name));
    for (const name of member.dependsOn) {
      if (!fleet.has(name)) {
        throw new FlotillaError(
          "E_CONFIGURATION",
          `deployment.dependsOn names '${name}', which is no host of the fleet`,
          {
            host: member.name,
            hint: "correct the name, or remove it",
          },
        );
      }
      const other = byName.get(name);
      if (other !== undefined) before.add(other.name);
    }
    result.set(member.name, [...before]);
  }
  const cycle = findCycle(result);
  if (cycle !== null) {
    throw new FlotillaError("E_CONFIGURATION", `these hosts wait for each other: ${cycle.join(" → ")}`, {
      hint: "change deployment.dependsOn or deployment.wave so that one of them can go first",
    });
  }
  return result;
}

function findCycle(graph: ReadonlyMap<HostName, readonly HostName[]>): readonly HostName[] | null {
  const finished = new Set<HostName>();
  const visit = (name: HostName, trail: readonly HostName[]): readonly HostName[] | null => {
    if (finished.has(name)) return null;
    const start = trail.indexOf(name);
    if (start >= 0) return [...trail.slice(start), name];
    for (const next of graph.get(name) ?? []) {
      const cycle = visit(next, [...trail, name]);
      if (cycle !== null) return cycle;
    }
    finished.add(name);
    return null;
  };
  for (const name of graph.keys()) {
    const cycle = visit(name, []);
    if (cycle !== null) return cycle;
  }
  return null;
}
