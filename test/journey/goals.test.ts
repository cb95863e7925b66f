// Every goal of a deploy, what --dry-run says of it beforehand, and which hosts it is about and in which order.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { RunEvent } from "../../src/domain/event.ts";
import type { Host } from "../bed/host.ts";
import { Scene, seenOn } from "../fault/scene.ts";
import { endsOf, Operator } from "./operator.ts";

let scene: Scene;
let hosts: ReadonlyMap<string, Host>;
beforeAll(async () => {
  scene = await Scene.create();
  const names = ["alone", "broken", "first", "goals", "later", "same"];
  const up = await scene.hosts(Object.fromEntries(names.map((name) => [name, {}])));
  hosts = new Map(up.map((host) => [host.name, host]));
});
afterAll(() => scene?.destroy());

async function seen(name: string): Promise<Awaited<ReturnType<typeof seenOn>>> {
  const host = hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return seenOn(host);
}

const plans = z.array(z.object({ host: z.string(), foreseen: z.string() }));

/** What --dry-run foresees; it must not change anything. */
async function foreseen(ana: Operator, goal: string): Promise<unknown> {
  const { exitCode, stderr, stdout } = await ana.shell(`flotilla deploy ${goal} --dry-run --json`);
  if (exitCode !== 0) throw new Error(`${stdout}${stderr}`);
  return plans.parse(JSON.parse(stdout)).map((plan) => plan.foreseen);
}

test.concurrent("each goal goes as far as it says and no further", async () => {
  const ana = await Operator.withFleet(scene.bed, "goals", {
    goals: {
      system: 'label = "2";',
    },
  });
  let before = await seen("goals");
  const { running: old } = before;
  const ways = [
    ["build", "built", { running: "old", profile: "old" }],
    ["push", "pushed", { running: "old", profile: "old" }],
    ["test", "tested", { running: "new", profile: "old" }],
    ["boot", "staged", { running: "new", profile: "new" }],
    ["switch", "unchanged", { running: "new", profile: "new" }],
  ] as const;
  const age = (path: string): string => (path === old ? "old" : "new");
  for (const [goal, outcome, after] of ways) {
    expect(await foreseen(ana, goal)).toEqual([outcome]);
    expect(await seen("goals")).toEqual(before);

    expect(endsOf(await ana.flotilla(["deploy", goal, "--json"]))).toEqual({ goals: outcome, exit: 0 });
    before = await seen("goals");
    const { bootsNext, profile, running } = before;
    expect({ goal, running: age(running), profile: age(profile) }).toEqual({ goal, ...after });
    expect(bootsNext).toBe(profile);
  }
});

test.concurrent("a dry activation says what the new system would do", async () => {
  const ana = await Operator.withFleet(scene.bed, "dry", { same: { system: 'label = "2";' } });
  expect(await foreseen(ana, "dry-activate")).toEqual(["pushed"]);
  const { exitCode, stdout } = await ana.flotilla(["deploy", "dry-activate"]);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining("would activate the configuration")]);
  const { profile, running } = await seen("same");
  expect(running).toMatch(/-same-1$/);
  expect(profile).toBe(running);
});

test.concurrent("what runs already is unchanged, on every way there", async () => {
  const ana = await Operator.withFleet(scene.bed, "same", { same: {} });
  const address = hosts.get("same")?.address ?? "";
  for (const words of [
    [],
    ["--target-host", `root@${address}:22`],
    ["--parallel", "1", "--copy-parallel", "1", "--activate-parallel", "1", "--eval-workers", "1", "--build-jobs", "1"],
    ["--option", "max-jobs", "1", "--option", "cores", "1"],
    ["--impure"],
    ["--no-eval-cache"],
    ["--no-substitute", "--allow-degraded", "--confirm-timeout", "9", "--accept-new-machine", "--no-rollback"],
  ]) {
    const ended = await ana.flotilla(["deploy", "--json", ...words]);
    expect({ words, stderr: ended.stderr, ...endsOf(ended) }).toEqual({
      words,
      stderr: "",
      same: "unchanged",
      exit: 0,
    });
  }
});

test.concurrent("--override-input gives an input another flake, --impure the environment, --option a setting", async () => {
  const ana = await Operator.create(scene.bed, "inputs");
  await ana.fleet({});
  for (const label of ["one", "two"])
    await ana.write(`${label}/flake.nix`, `{ outputs = _: { label = "${label}"; }; }`);
  await ana.write(
    "flake.nix",
    `{
      inputs.words.url = "path:${ana.flake}/one";
      outputs = { words, ... }: {
        nixosConfigurations.alone = {
          config.system.build.toplevel = import ./system/system.nix {
            hostName = "alone";
            label = words.label + builtins.getEnv "SUFFIX";
          };
          config.system.nixos.label = words.label + builtins.getEnv "SUFFIX";
          pkgs.stdenv.hostPlatform.system = "x86_64-linux";
        };
      };
    }`,
  );
  const locked = await ana.shell("nix flake lock");
  expect(locked.exitCode).toBe(0);
  const version = async (...words: readonly string[]): Promise<unknown> => {
    const { stdout, stderr } = await ana.shell(`flotilla hosts --json ${words.join(" ")}`, { env: { SUFFIX: "-s" } });
    return stdout === ""
      ? stderr
      : z
          .array(z.object({ version: z.string().nullable() }))
          .parse(JSON.parse(stdout))
          .at(0)?.version;
  };
  expect(await version()).toBe("one");
  expect(await version("--override-input", "words", `path:${ana.flake}/two`)).toBe("two");
  expect(await version("--impure")).toBe("one-s");
  expect(await version()).toBe("one");
  expect(await version("--option", "allowed-uris", "''", "--option", "restrict-eval", "true")).toBeNull();
});

const fleetOfFour = {
  alone: { deployment: 'tags = [ "web" "odd" ];' },
  first: { deployment: 'tags = [ "web" ];' },
  later: { deployment: 'tags = [ "db" ];' },
  same: {},
};

test.concurrent("--on takes names, globs, tags and exclusions; what matches nothing is an error that helps", async () => {
  const ana = await Operator.withFleet(scene.bed, "selections", fleetOfFour);
  const rows = z.array(z.object({ host: z.string() }));
  for (const [selection, wanted] of [
    ["alone", "alone"],
    ["alone,later", "alone later"],
    ["*a*e", "alone same"],
    ["@web", "alone first"],
    ["@d*,same", "later same"],
    ["!@web", "later same"],
    ["@web,!alone", "first"],
    ["!later,!alone", "first same"],
  ]) {
    const { stdout, exitCode, stderr } = await ana.shell(`flotilla hosts --json --on '${selection}'`);
    expect([exitCode, stderr]).toEqual([0, ""]);
    const selected = rows.parse(JSON.parse(stdout)).map(({ host }) => host);
    expect({ selection, selected: selected.join(" ") }).toEqual({ selection, selected: wanted });
  }
  for (const [selection, help] of [
    ["allone", "did you mean alone?"],
    ["@wbe", "did you mean @web?"],
    ["web", "a tag begins with @"],
    ["alone,!alone", "no host is left of"],
    ["", "the selection is empty"],
    ["!nobody", '"nobody"'],
  ]) {
    const { stdout, exitCode, stderr } = await ana.shell(`flotilla deploy --on '${selection}'`);
    expect({ selection, exitCode, stdout }).toEqual({ selection, exitCode: 2, stdout: "" });
    expect(stderr).toContain("error[E_SELECTION]");
    expect(stderr).toContain(help);
  }
  const two = await ana.shell("flotilla deploy --on '@web' --target-host 192.0.2.1");
  expect([two.exitCode, two.stdout]).toEqual([2, ""]);
});

const activations = (events: readonly RunEvent[]): readonly string[] =>
  events.flatMap((event) =>
    event.type === "host-phase" && event.phase === "commit" && event.state === "finished" ? [event.host] : [],
  );

test.concurrent("a failing host holds up the waves and the dependants behind it", async () => {
  const ana = await Operator.withFleet(scene.bed, "waves", {
    broken: { system: 'label = "2"; activation = "false";', deployment: "wave = 1;" },
    first: { system: 'label = "2";', deployment: "wave = 0;" },
    later: { system: 'label = "2";', deployment: "wave = 2;" },
  });
  expect(endsOf(await ana.flotilla(["deploy", "--json"]))).toEqual({
    broken: "rolled-back E_ACTIVATION",
    first: "deployed",
    later: "skipped E_HALTED",
    exit: 1,
  });
  expect((await seen("later")).running).toMatch(/-later-1$/);

  // Now the other way round: `first` waits for `later`, which goes well this time.
  await ana.fleet({
    first: { system: 'label = "3";', deployment: 'dependsOn = [ "later" ];' },
    later: { system: 'label = "3";' },
  });
  const second = await ana.flotilla(["deploy", "--json"]);
  expect(endsOf(second)).toEqual({ first: "deployed", later: "deployed", exit: 0 });
  expect(activations(second.events)).toEqual(["later", "first"]);
});

test.concurrent("hosts that are away, and hosts that are never deployed to", async () => {
  const nowhere = `targetHost = "${scene.bed.address(250)}"; sshOptions = [ "-o" "ConnectTimeout=1" ];`;
  const ana = await Operator.withFleet(scene.bed, "away", {
    alone: {},
    away: { deployment: nowhere },
    image: { deployment: "targetHost = null;" },
    laptop: { deployment: `${nowhere} offline = "skip";` },
  });
  expect(endsOf(await ana.flotilla(["deploy", "--json"]))).toEqual({
    alone: "unchanged",
    away: "unreachable E_UNREACHABLE",
    image: "skipped E_NOT_DEPLOYED",
    laptop: "skipped E_UNREACHABLE",
    exit: 1,
  });
  const deploy = async (selection: string): Promise<unknown> =>
    endsOf(await ana.flotilla(["deploy", "--json", "--on", selection]));
  expect(await deploy("!away")).toMatchObject({ exit: 0 });
  expect(await deploy("away")).toMatchObject({ exit: 4 });
  expect(endsOf(await ana.flotilla(["build", "--json", "--on", "image"]))).toEqual({ image: "built", exit: 0 });

  const plan = await ana.shell("flotilla deploy --dry-run --json --on '!away'");
  expect(JSON.parse(plan.stdout)).toMatchObject([
    { host: "alone", foreseen: "unchanged" },
    { host: "image", foreseen: "skipped" },
    { host: "laptop", foreseen: "skipped" },
  ]);
  expect(plan.exitCode).toBe(0);

  const status = await ana.shell("flotilla status --json");
  expect(JSON.parse(status.stdout)).toMatchObject([
    { host: "alone", reachable: true, absence: null },
    { host: "away", reachable: false, absence: "unreachable" },
    { host: "image", reachable: false, absence: "not-deployed" },
    { host: "laptop", reachable: false, absence: "unreachable" },
  ]);
  expect(status.exitCode).toBe(1);
  expect((await ana.shell("flotilla status --on alone,image")).exitCode).toBe(0);
  expect((await ana.shell("flotilla status --on away")).exitCode).toBe(4);
});

test.concurrent("plain data in the flake output `flotilla` serves as well as the module", async () => {
  const ana = await Operator.create(scene.bed, "plain");
  const host = (name: string): string =>
    `${name} = { config.system.build.toplevel = import ./system/system.nix { hostName = "${name}"; label = "1"; }; pkgs.stdenv.hostPlatform.system = "x86_64-linux"; };`;
  const fleet = async (settings: string): Promise<void> =>
    ana.fleet({}, `${host("alone")} ${host("nickname")}`, `flotilla = { ${settings} };`);
  await fleet(`
    defaults = { tags = [ "all" ]; targetUser = "root"; };
    hosts.nickname = { targetHost = "same"; tags = [ "other" ]; };
  `);
  const { stdout } = await ana.shell("flotilla hosts --json");
  expect(JSON.parse(stdout)).toMatchObject([
    { host: "alone", target: "root@alone", tags: ["all"] },
    { host: "nickname", target: "root@same", tags: ["all", "other"] },
  ]);
  const ended = await ana.flotilla(["deploy", "--json", "--on", "@all,!@other"]);
  expect(endsOf(ended)).toEqual({ alone: "unchanged", exit: 0 });
  for (const [settings, help] of [
    ["hosts.alnoe = { };", "did you mean alone?"],
    ['hosts.alone.targetHots = "x";', "targetHots"],
    ["hosts.alone.wave = -1;", "wave"],
  ] as const) {
    await fleet(settings);
    const { stderr, stdout, exitCode } = await ana.shell("flotilla deploy --on alone --plain");
    expect(`${stderr}${stdout}`).toContain("E_CONFIGURATION");
    expect(`${stderr}${stdout}`).toContain(help);
    expect(exitCode).not.toBe(0);
  }
});

test.concurrent("the flake is found upwards, in a subdirectory, and by URL", async () => {
  const ana = await Operator.withFleet(scene.bed, "places", { same: {} });
  await ana.write("modules/deep/empty.nix", "{ }");
  await ana.commit();
  const reads = async (line: string, cwd = ana.flake): Promise<unknown> => {
    const { stdout, stderr, exitCode } = await ana.shell(line, { cwd });
    return exitCode === 0 ? z.array(z.object({ host: z.string() })).parse(JSON.parse(stdout)) : stderr;
  };
  const same = [{ host: "same" }];
  expect(await reads("flotilla hosts --json", join(ana.flake, "modules/deep"))).toEqual(same);
  expect(await reads(`flotilla hosts --json --flake git+file://${ana.flake}`, "/")).toEqual(same);
  expect(await reads("flotilla hosts --json --flake .")).toEqual(same);
  expect(await reads("flotilla hosts --json --flake ../../..", join(ana.flake, "modules/deep"))).toContain("flake.nix");
  expect(await reads("flotilla hosts --json", "/")).toContain("E_NO_FLEET");
  expect(await reads("flotilla hosts --json --flake /nowhere")).toContain("/nowhere");

  // The flake below the root of its repository.
  const bea = await Operator.create(scene.bed, "below");
  await bea.fleet({ same: {} });
  await bea.shell("mkdir infra && mv flake.nix system infra");
  await bea.commit();
  expect(await reads(`flotilla hosts --json --flake 'git+file://${bea.flake}?dir=infra'`)).toEqual(same);
  expect(await reads(`flotilla hosts --json --flake ${bea.flake}/infra`)).toEqual(same);
  expect(await reads("flotilla hosts --json", join(bea.flake, "infra/system"))).toEqual(same);
});
