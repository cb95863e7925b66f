import { describe, expect, it } from "vitest";
import { z } from "zod";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { testProfile } from "../../test/fakes/test-profile.ts";
import { StorePath } from "../domain/store-path.ts";
import type { LockedFlake } from "../nix/fleet-source.ts";
import type { EvaluatedHost, FleetOutline } from "../nix/nix.ts";
import type { Host } from "./fleet.ts";
import { type FleetNix, readFleet } from "./read-fleet.ts";
import type { HostKnowledge } from "./select-members.ts";
import { noOverrides } from "./host-overrides.ts";
import { everyHost, parseSelection } from "./selection.ts";

const form = "nixosConfigurations";
const hash = "0123456789abcdfghijklmnpqrsvwxyz";
const flake: LockedFlake = {
  kind: "flake",
  reference: "path:/infra",
  locked: "path:/infra",
  fingerprint: "f",
  revision: null,
  dirty: false,
  directory: null,
};

/** What each host's configuration evaluates to: its deployment settings, or the error it fails with. */
type Configurations = Readonly<Record<string, object | FlotillaError | null>>;

/** A nix whose evaluations are a table, and that notes what it was asked. */
function nixOf(configurations: Configurations, plain: FleetOutline["plain"] = null) {
  const evaluated: string[] = [];
  const asked: number[] = [];
  const narrowed: (readonly string[])[] = [];
  const outline: FleetOutline = {
    members: Object.keys(configurations).map((name) => ({ name: HostName.parse(name), form })),
    ignoredNames: [],
    otherForms: [],
    settings: {},
    plain,
  };
  const nix: FleetNix = {
    evaluate: ({ hosts, onHost, onlyKept }) => {
      for (const { name, onlyProfiles } of hosts) {
        if (onlyProfiles !== undefined) narrowed.push([name, ...onlyProfiles]);
        if (onlyKept === true) continue;
        evaluated.push(name);
        const deployment = configurations[name];
        if (deployment === undefined) throw new Error(`${name} was never in the outline`);
        onHost(name, deployment instanceof FlotillaError ? deployment : host(name, deployment));
      }
      return Promise.resolve();
    },
    tags: ({ hosts }) => {
      asked.push(hosts.length);
      return Promise.resolve(new Map(hosts.flatMap(({ name }) => knownTags(name, configurations[name]))));
    },
  };
  return { nix: { ...nix, outline }, evaluated, asked, narrowed };
}

/** As nix.tags has them: nothing of a host that does not evaluate, null without settings. */
function knownTags(
  name: HostName,
  deployment: object | FlotillaError | null | undefined,
): (readonly [HostName, readonly string[] | null])[] {
  if (deployment === undefined || deployment instanceof FlotillaError) return [];
  const { data } = z.object({ tags: z.array(z.string()) }).safeParse(deployment);
  return [[name, deployment === null ? null : (data?.tags ?? [])]];
}

const host = (name: HostName, deployment: unknown): EvaluatedHost => ({
  name,
  system: "x86_64-linux",
  form,
  profiles: [testProfile(StorePath.parse(`/nix/store/${hash}-${name}`))],
  version: null,
  sshPorts: null,
  deployment,
});

/** What no test asks for unless it says so. */
const unasked: HostKnowledge = {
  hasFailed: () => {
    throw new Error("the history was asked");
  },
  hasChanged: () => Promise.reject(new Error("a host was asked")),
};

async function read(
  nix: FleetNix & { readonly outline: FleetOutline },
  on: string | null,
  knowledge: Partial<HostKnowledge> = {},
  overrides = noOverrides,
) {
  const order: string[] = [];
  const results = new Map<string, Host | FlotillaError>();
  const warnings: string[] = [];
  await readFleet(nix, {
    source: flake,
    outline: nix.outline,
    selection: on === null ? everyHost : parseSelection(on),
    overrides,
    knowledge: { ...unasked, ...knowledge },
    useCache: true,
    evaluationWorkers: 2,
    signal: new AbortController().signal,
    onSelected: (selected) => order.push(`selected ${selected.map(({ name }) => name).join(" ")}`),
    onHost: (name, result) => {
      order.push(name);
      if (results.has(name)) throw new Error(`${name} was answered twice`);
      results.set(name, result);
    },
    onWarning: (message) => warnings.push(message),
    onLog: () => {},
  });
  return { order, results, warnings };
}

const broken = new FlotillaError("E_EVALUATION", "undefined variable");

describe("readFleet", () => {
  it("learns of many hosts the tags alone, and evaluates the selected ones", async () => {
    const broken = new FlotillaError("E_EVALUATION", "broken");
    const web = { tags: ["web"] };
    const { nix, evaluated, asked } = nixOf({ a: web, b: { tags: ["db"] }, c: null, d: broken, e: web });
    const { order, results } = await read(nix, "@web");
    expect(asked).toEqual([5]);
    expect(order[0]).toBe("selected a d e");
    expect(evaluated.toSorted()).toEqual(["a", "d", "e"]);
    expect(results.get("d")).toBe(broken);
  });

  it("evaluates only the hosts that were named", async () => {
    const { nix, evaluated } = nixOf({ a: null, b: null, c: null });
    const { order } = await read(nix, "c,a");
    expect(order).toEqual(["selected a c", "a", "c"]);
    expect(evaluated).toEqual(["a", "c"]);
  });

  it("evaluates of a host the profiles that were named alone", async () => {
    const { nix, narrowed } = nixOf({ a: null, b: null });
    await read(nix, "a,b", {}, { ...noOverrides, profiles: new Map([["a", ["system"]]]) });
    expect(narrowed).toEqual([["a", "system"]]);
  });

  it("evaluates few hosts once where the module's tags decide", async () => {
    const { nix, evaluated, asked } = nixOf({ a: { tags: ["web"] }, b: { tags: ["db"] } });
    const { order, results } = await read(nix, "@web");
    expect(order).toEqual(["selected a", "a"]);
    expect(evaluated).toEqual(["a", "b"]);
    expect(asked).toEqual([]);
    expect(results.get("a")).toMatchObject({ name: "a", deployment: { tags: ["web"], targetHost: "a" } });
  });

  it("evaluates nothing to learn tags that the plain output has", async () => {
    const plain = { defaults: { tags: ["all"] }, hosts: { a: { tags: ["web"] }, b: {} } };
    const { nix, evaluated } = nixOf({ a: null, b: null }, plain);
    expect((await read(nix, "@web")).order).toEqual(["selected a", "a"]);
    expect(evaluated).toEqual(["a"]);
  });

  it("evaluates for tags only what names and history do not leave out", async () => {
    const { nix, evaluated } = nixOf({ a: { tags: ["web"] }, b: { tags: ["web"] }, c: { tags: ["web"] } });
    const hasFailed = (name: string): boolean => name !== "b";
    expect((await read(nix, "@web+@failed,!c", { hasFailed })).order).toEqual(["selected a", "a"]);
    expect(evaluated).toEqual(["a"]);
  });

  it("looks at all tags where a tag may be a mistake", async () => {
    const configurations = { a: { tags: ["web"] }, b: { tags: ["old"] } };
    expect((await read(nixOf(configurations).nix, "a,!@old")).order).toEqual(["selected a", "a"]);
    await expect(read(nixOf(configurations).nix, "a,!@odl")).rejects.toMatchObject({ hint: "did you mean @old?" });
  });

  it("asks the history, and evaluates what failed alone", async () => {
    const { nix, evaluated } = nixOf({ a: null, b: null });
    expect((await read(nix, "@failed", { hasFailed: (name) => name === "b" })).order).toEqual(["selected b", "b"]);
    expect(evaluated).toEqual(["b"]);
    await expect(read(nix, "@failed", { hasFailed: () => false })).rejects.toMatchObject({ code: "E_SELECTION" });
  });

  it("asks the hosts that are left, and takes one that does not answer for meant", async () => {
    const { nix, evaluated } = nixOf({ a: null, b: null, c: null, d: null, e: broken });
    const asked: string[] = [];
    const hasChanged: HostKnowledge["hasChanged"] = async ({ name }) => {
      asked.push(name);
      return name === "c" ? null : name === "b";
    };
    const { order, results } = await read(nix, "@changed,!d", { hasChanged });
    expect(order).toEqual(["selected b c e", "b", "c", "e"]);
    expect({ asked, evaluated }).toEqual({ asked: ["a", "b", "c"], evaluated: ["a", "b", "c", "e"] });
    expect(results.get("e")).toBe(broken);
  });

  it("warns once where a tag has the name of a keyword", async () => {
    const { nix } = nixOf({ a: { tags: ["failed"] }, b: { tags: ["failed"] } });
    const { warnings } = await read(nix, "@failed", { hasFailed: () => true });
    expect(warnings).toEqual([expect.stringContaining("@[f]ailed")]);
    expect((await read(nix, "@[f]ailed")).warnings).toEqual([]);
  });

  it("lets one broken host fail alone", async () => {
    const { nix } = nixOf({ a: broken, b: null, c: { targetPort: "x" } });
    const { results } = await read(nix, null);
    expect(results.get("a")).toBe(broken);
    expect(results.get("b")).toMatchObject({ name: "b" });
    expect(results.get("c")).toMatchObject({ code: "E_CONFIGURATION", host: "c" });
  });

  it("never drops a host in silence because its tags are not known", async () => {
    const { nix } = nixOf({ a: { tags: ["web"] }, b: broken, c: { tags: ["db"] } });
    const { order, results } = await read(nix, "@web");
    expect(order[0]).toBe("selected a b");
    expect(results.get("b")).toBe(broken);
    expect((await read(nix, "@web,!b")).order[0]).toBe("selected a");
    expect((await read(nix, "!@db")).order[0]).toBe("selected a b");
  });

  it("answers also for a host that nix says nothing of", async () => {
    const { nix } = nixOf({ a: null });
    const silent: typeof nix = { ...nix, evaluate: () => Promise.resolve() };
    expect((await read(silent, null)).results.get("a")).toMatchObject({ code: "E_EVALUATION", host: "a" });
  });

  it("takes the first of two answers", async () => {
    const { nix } = nixOf({ a: null });
    const twice: typeof nix = {
      ...nix,
      evaluate: (request) => nix.evaluate(request).then(() => nix.evaluate(request)),
    };
    expect((await read(twice, null)).order).toEqual(["selected a", "a"]);
  });

  it("passes warnings on once a host", async () => {
    const { nix } = nixOf({ a: { tags: ["t"] } }, { hosts: { a: { tags: ["t"] } }, defaults: {} });
    expect((await read(nix, "@t")).warnings).toHaveLength(1);
  });

  it("says of which other outputs a missed host may be", async () => {
    const { nix } = nixOf({ a: null });
    const outline: FleetOutline = { ...nix.outline, otherForms: ["homeConfigurations"] };
    await expect(read({ ...nix, outline }, "laptop")).rejects.toMatchObject({
      code: "E_SELECTION",
      hint: expect.stringContaining("--from homeConfigurations"),
    });
  });

  it.each([
    [{}, null, "E_NO_FLEET"],
    [{ a: null }, "b", "E_SELECTION"],
    [{ a: null }, "@b", "E_SELECTION"],
  ])("refuses %j with --on %s: %s", async (configurations, on, code) => {
    await expect(read(nixOf(configurations).nix, on)).rejects.toMatchObject({ code });
  });
});
