// A fleet of deploy-rs: profiles of two kinds on hosts that no such tool ever deployed to, well, broken, taken back.
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Host } from "../bed/host.ts";
import { bedFile } from "../bed/places.ts";
import { Scene, seenOn } from "../fault/scene.ts";
import { endsOf, Operator } from "./operator.ts";

const root = join(import.meta.dirname, "../..");

let scene: Scene;
let hosts: ReadonlyMap<string, Host>;
beforeAll(async () => {
  scene = await Scene.create();
  // On the others the user of the second profile comes with the first deploy.
  const up = await scene.hosts({
    admin: { system: `users = { ${admins} };` },
    deaf: {},
    dry: { system: "users.bed = { };" },
    first: {},
    left: {},
    right: {},
    signed: {},
  });
  hosts = new Map(up.map((host) => [host.name, host]));
});
afterAll(() => scene?.destroy());

const admins = 'trusted.sudo = "nopasswd"; asked.sudo = "password";';

/** A node: the label of its system, what its second profile does, and more of its users, its system and deploy-rs's options. */
interface Node {
  readonly label: string;
  readonly hello: string;
  readonly users?: string;
  readonly system?: string;
  readonly options?: string;
}

/** Writes the flake as a user of deploy-rs has it; only the place of its inputs is of here. */
async function writeFlake(ana: Operator, nodes: Readonly<Record<string, Node>>): Promise<void> {
  const node = (name: string, { hello, label, options = "", system = "", users = "" }: Node): string => `
    ${name} = {
      hostname = "${name}";
      profilesOrder = [ "system" "hello" ];
      ${options}
      profiles.system.path = activate.nixos (system "${name}" "${label}" { ${users} } { ${system} });
      profiles.hello = {
        user = "bed";
        path = (activate.custom // { dryActivate = "echo would greet"; }) (tree "hello-${label}") ''${hello}'';
      };
    };`;
  await ana.write(
    "flake.nix",
    `{
      inputs.nixpkgs.url = "path:${root}/test/bed";
      inputs.deploy-rs.url = "path:${ana.home}/deploy-rs";
      inputs.deploy-rs.inputs.nixpkgs.follows = "nixpkgs";
      outputs = { nixpkgs, deploy-rs, ... }: let
        inherit (deploy-rs.lib.x86_64-linux) activate;
        system = hostName: label: users: more: {
          config.system.build.toplevel = import ./system/system.nix ({
            inherit hostName label;
            users = { bed = { }; } // users;
          } // more);
        };
        tree = text: nixpkgs.legacyPackages.x86_64-linux.writeTextFile { name = "hello"; inherit text; destination = "/text"; };
      in {
        deploy = {
          sshUser = "root";
          user = "root";
          confirmTimeout = 60;
          nodes = {${Object.entries(nodes)
            .map(([name, wanted]) => node(name, wanted))
            .join("")}
          };
        };
      };
    }`,
  );
  const locked = await ana.shell("nix flake lock");
  if (locked.exitCode !== 0) throw new Error(locked.stderr);
}

async function operatorOf(name: string, nodes: Readonly<Record<string, Node>>): Promise<Operator> {
  const ana = await Operator.create(scene.bed, name);
  await cp(bedFile("system"), join(ana.flake, "system"), { recursive: true });
  await cp(join(root, "nix/activate"), join(ana.home, "deploy-rs"), { recursive: true });
  await writeFlake(ana, nodes);
  return ana;
}

const greet = 'cat "$PROFILE/text" >"$HOME/greeting"; id --user --name >>"$HOME/greeting"';

/** All that a deploy of both profiles can change on a host. */
async function stateOf(name: string): Promise<Readonly<Record<string, string>>> {
  const host = hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  const { bootsNext, profile, running, state } = await seenOn(host);
  const looks = {
    greeting: "tr '\\n' ' ' <~bed/greeting",
    // What links there are to which generations, of whomever.
    generations: "ls /nix/var/nix/profiles ~bed/.local/state/nix/profiles | grep -E '^(system|hello)' | sort | xargs",
    hello: "cat ~bed/.local/state/nix/profiles/hello/text",
  };
  const seen = await Promise.all(
    Object.entries(looks).map(async ([what, line]) => {
      const { stdout } = await host.ssh(`{ ${line}; } 2>/dev/null || :`);
      return [what, stdout.trim()] as const;
    }),
  );
  return { bootsNext, profile, running, state, ...Object.fromEntries(seen) };
}

const deployed = async (ana: Operator, ...words: readonly string[]): Promise<unknown> =>
  endsOf(await ana.flotilla(["deploy", "--json", ...words]));

test.concurrent("a node whose second profile fails goes back with both, to a plain NixOS and to itself", async () => {
  const before = await stateOf("first");
  expect(before).toMatchObject({ profile: before["running"], greeting: "" });
  const ana = await operatorOf("first", { first: { label: "2", hello: "exit 3" } });
  // What a script has done by itself nobody can take back: that is no rollback.
  expect(await deployed(ana)).toEqual({ first: "failed E_ACTIVATION", exit: 1 });
  expect(await stateOf("first")).toEqual(before);

  await writeFlake(ana, { first: { label: "2", hello: greet } });
  expect(await deployed(ana)).toEqual({ first: "deployed", exit: 0 });
  const well = await stateOf("first");
  expect(well).toMatchObject({
    // What runs is the system; the profile and the boot entry are deploy-rs's tree around it.
    running: expect.stringMatching(/\d-nixos-system-first-2$|-nixos-system-first-2$/u),
    profile: expect.stringMatching(/-activatable-nixos-system-first-2$/u),
    greeting: "hello-2bed",
    hello: "hello-2",
    state: "running",
  });
  expect(await deployed(ana)).toEqual({ first: "unchanged", exit: 0 });

  await writeFlake(ana, { first: { label: "3", hello: "echo half >~/half; exit 3" } });
  expect(await deployed(ana)).toEqual({ first: "rolled-back E_ACTIVATION", exit: 1 });
  expect(await stateOf("first")).toEqual(well);

  // One profile alone leaves the other where it is.
  await writeFlake(ana, { first: { label: "4", hello: greet } });
  expect(await deployed(ana, ".#first.hello")).toEqual({ first: "deployed", exit: 0 });
  const { running } = well;
  expect(await stateOf("first")).toMatchObject({ running, greeting: "hello-4bed", hello: "hello-4" });

  const rolledBack = async (...words: readonly string[]): Promise<unknown> =>
    endsOf(await ana.flotilla(["rollback", "--json", ...words]));
  expect(await rolledBack("--profile", "hello")).toEqual({ first: "deployed", exit: 0 });
  expect(await stateOf("first")).toMatchObject({ running, greeting: "hello-2bed", hello: "hello-2" });
  // To the plain NixOS that was there first.
  expect(await rolledBack("--to", "1")).toEqual({ first: "deployed", exit: 0 });
  const { bootsNext, profile } = before;
  expect(await stateOf("first")).toMatchObject({ bootsNext, profile, running: before["running"] });
});

test.concurrent("a system that nobody reaches goes back, also where its guard was told not to ask", async () => {
  const before = await stateOf("deaf");
  const ana = await operatorOf("deaf", {
    deaf: { label: "2", hello: greet, system: "sshd = false;", options: "magicRollback = false; confirmTimeout = 5;" },
  });
  expect(await deployed(ana, ".#deaf.system")).toEqual({ deaf: "rolled-back E_CONFIRM_TIMEOUT", exit: 1 });
  expect(await stateOf("deaf")).toEqual(before);
});

test.concurrent("a dry activation says what would be done, and does nothing", async () => {
  const before = await stateOf("dry");
  const ana = await operatorOf("dry", { dry: { label: "2", hello: greet }, broken: { label: "2", hello: greet } });
  const { exitCode, stdout } = await ana.flotilla(["deploy", "--dry-activate", "--on", "dry"]);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining("would activate the configuration")]);
  expect(stdout).toContain("would greet");
  expect(await stateOf("dry")).toEqual(before);

  // A node that cannot be reached is no reason to take anything back.
  expect(await deployed(ana, "--dry-activate")).toMatchObject({ dry: "pushed", exit: 1 });
  expect(await stateOf("dry")).toEqual(before);

  // Nor is a profile that does not evaluate one to keep others back, where they alone are named.
  const options = 'profiles.other = { user = "bed"; path = throw "nobody wrote it"; };';
  await writeFlake(ana, { dry: { label: "2", hello: greet, options } });
  expect(await deployed(ana, "--dry-activate")).toEqual({ dry: "failed E_EVALUATION", exit: 1 });
  for (const profile of ["hello", "system"]) {
    expect(await deployed(ana, "--dry-activate", `.#dry.${profile}`)).toEqual({ dry: "pushed", exit: 0 });
  }
});

test.concurrent("a node that went well is taken back with one that failed, unless it may stay", async () => {
  const before = await stateOf("left");
  const ana = await operatorOf("pair", {
    left: { label: "2", hello: greet },
    right: { label: "2", hello: "exit 3" },
  });
  expect(await deployed(ana)).toEqual({ left: "rolled-back E_HALTED", right: "failed E_ACTIVATION", exit: 1 });
  const { bootsNext, profile, running } = await stateOf("left");
  expect({ bootsNext, profile, running }).toEqual({
    bootsNext: before["bootsNext"],
    profile: before["profile"],
    running: before["running"],
  });

  expect(await deployed(ana, "--rollback-succeeded", "false")).toEqual({
    left: "deployed",
    right: "failed E_ACTIVATION",
    exit: 1,
  });
  expect(await stateOf("left")).toMatchObject({ running: expect.stringMatching(/-left-2$/u), greeting: "hello-2bed" });
});

test.concurrent("root is become by the words that are set, and by the password that is asked for", async () => {
  const node = { hello: greet, users: admins };
  const ana = await operatorOf("admin", {
    admin: { ...node, label: "2", options: 'sshUser = "trusted"; sudo = "sudo -n -u";' },
  });
  expect(await deployed(ana)).toEqual({ admin: "deployed", exit: 0 });
  expect(await stateOf("admin")).toMatchObject({
    running: expect.stringMatching(/-admin-2$/u),
    greeting: "hello-2bed",
  });

  await writeFlake(ana, { admin: { ...node, label: "3", options: 'sshUser = "asked"; interactiveSudo = true;' } });
  // Without a terminal it is read from stdin.
  const { exitCode, stdout, stderr } = await ana.shell("echo bed | setsid --wait flotilla deploy --plain");
  expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("deployed") });
  expect(`${stdout}${stderr}`).not.toMatch(/\bbed\n/u);
  expect(await stateOf("admin")).toMatchObject({
    running: expect.stringMatching(/-admin-3$/u),
    greeting: "hello-3bed",
  });
});

test.concurrent("what is sent bears the signature of LOCAL_KEY, or is not sent", async () => {
  const ana = await operatorOf("signed", { signed: { label: "2", hello: greet } });
  const deploy = async () => endsOf(await ana.flotilla(["deploy", "--json"], { env: { LOCAL_KEY: "../key" } }));
  const before = await stateOf("signed");
  expect(await deploy()).toEqual({ signed: "failed E_COPY", exit: 1 });
  expect(await stateOf("signed")).toEqual(before);

  await ana.shell("nix-store --generate-binary-cache-key ana-1 ../key ../key.pub");
  expect(await deploy()).toEqual({ signed: "deployed", exit: 0 });
  const look = "nix --extra-experimental-features nix-command path-info --sigs /run/current-system";
  expect((await hosts.get("signed")?.ssh(look))?.stdout).toContain("ana-1:");
});
