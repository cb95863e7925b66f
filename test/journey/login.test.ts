// As whom one logs in, where systems are built, and which way they get to the host.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Host } from "../bed/host.ts";
import { Scene, seenOn } from "../fault/scene.ts";
import { endsOf, Operator } from "./operator.ts";

// users.plain: neither root nor trusted.
const users =
  'users = { deploy.sudo = "nopasswd"; asks.sudo = "password"; other.doas = true; trusty.trusted = true; plain = { }; };';
const names = ["doas", "elsewhere", "here", "nobody", "password", "there", "sudo"] as const;

let scene: Scene;
let hosts: ReadonlyMap<string, Host>;
beforeAll(async () => {
  scene = await Scene.create();
  const up = await scene.hosts(Object.fromEntries([...names, "builder"].map((name) => [name, { system: users }])));
  hosts = new Map(up.map((host) => [host.name, host]));
});
afterAll(() => scene?.destroy());

/** An operator whose fleet is one host in its next system, called as the test's name says. */
async function operator(
  host: (typeof names)[number],
  deployment: string,
  more = "",
  who: string = host,
): Promise<Operator> {
  const system = `label = "2-${who}"; ${users} ${more}`;
  return Operator.withFleet(scene.bed, who, { [host]: { system, deployment } });
}

async function seen(name: string): Promise<Awaited<ReturnType<typeof seenOn>>> {
  const host = hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return seenOn(host);
}

test.concurrent.for([
  ["sudo", "deploy"],
  ["doas", "other"],
] as const)("a user becomes root by %s, and need not be trusted by nix", async ([host, user]) => {
  const ana = await operator(host, `targetUser = "${user}";`);
  expect(endsOf(await ana.flotilla(["deploy", "--json"]))).toEqual({ [host]: "deployed", exit: 0 });
  const { bootsNext, profile, running, state } = await seen(host);
  expect(running).toMatch(new RegExp(`-nixos-system-${host}-2-${host}$`));
  expect([bootsNext, profile, state]).toEqual([running, running, "running"]);
});

test.concurrent("a user whom sudo asks for a password is refused, with the way out", async () => {
  const ana = await operator("password", 'targetUser = "asks";');
  const before = await seen("password");
  const { exitCode, stdout } = await ana.flotilla(["deploy"]);
  expect(stdout).toContain("E_ELEVATION");
  expect(stdout).toMatch(/NOPASSWD|root/);
  expect(exitCode).toBe(3);
  expect(await seen("password")).toEqual(before);
});

test.concurrent("a user who can only be trusted by nix pushes, and activates nothing", async () => {
  const ana = await operator("nobody", 'targetUser = "trusty";');
  expect(endsOf(await ana.flotilla(["push", "--json"]))).toEqual({ nobody: "pushed", exit: 0 });
  expect(endsOf(await ana.flotilla(["deploy", "--json"]))).toEqual({ nobody: "refused E_ELEVATION", exit: 3 });
});

test.concurrent("a user whom nothing is allowed is told so before anything is copied", async () => {
  const ana = await operator("nobody", 'targetUser = "plain";', "", "plain");
  expect(endsOf(await ana.flotilla(["push", "--json"]))).toEqual({ nobody: "refused E_UNSIGNED_PATHS", exit: 3 });
});

test.concurrent("--build-on target builds on the host itself", async () => {
  const ana = await operator("there", "", "payloadMiB = 1;");
  const ended = await ana.flotilla(["deploy", "--json", "--build-on", "target"]);
  expect(endsOf(ended)).toEqual({ there: "deployed", exit: 0 });
  const { running } = await seen("there");
  expect(running).toContain("-2-there");
  expect((await scene.bed.controller.run(["test", "-e", running])).exitCode).toBe(1);
});

test.concurrent("another machine builds, by --build-on and by deployment.buildHost", async () => {
  const builder = hosts.get("builder");
  const ana = await operator("elsewhere", 'buildHost = "builder";', "paths = 3;");
  expect(endsOf(await ana.flotilla(["deploy", "--json"]))).toEqual({ elsewhere: "deployed", exit: 0 });
  const { running } = await seen("elsewhere");
  expect((await builder?.ssh(`test -e ${running}`))?.exitCode).toBe(0);

  const bea = await operator("here", "", "paths = 4;", "bea");
  const built = await bea.flotilla(["build", "--json", "--build-on", "root@builder"]);
  expect(endsOf(built)).toEqual({ here: "built", exit: 0 });
});

test.concurrent("--build-on local wins over the host's settings, and nothing is left for the garbage collector", async () => {
  const ana = await operator("here", "buildOnTarget = true;");
  await ana.commit();
  const ended = await ana.flotilla(["deploy", "--json", "--build-on", "local", "--no-substitute"]);
  expect(endsOf(ended)).toEqual({ here: "deployed", exit: 0 });
  expect(await readdir(join(ana.flake, ".gcroots"))).not.toEqual([]);
  const { running } = await seen("here");
  expect((await scene.bed.controller.run(["test", "-e", running])).exitCode).toBe(0);
});
