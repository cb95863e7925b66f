// What flotilla is put into: an old Nix, a package in an empty folder, ssh's and XDG's variables, IPv6, and a fleet with the real module.
import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Host } from "../bed/host.ts";
import { run } from "../bed/run.ts";
import { Scene, seenOn } from "../fault/scene.ts";
import { endsOf, Operator } from "./operator.ts";

const root = join(import.meta.dirname, "../..");
const wishes = { old: {}, packed: {}, six: {}, variables: {} };
const fleet = ["db-01", "web-01", "web-02"];

let scene: Scene;
let hosts: ReadonlyMap<string, Host>;
beforeAll(async () => {
  scene = await Scene.create();
  const names = [...Object.keys(wishes), ...fleet];
  const up = await scene.hosts(Object.fromEntries(names.map((name) => [name, {}])));
  hosts = new Map(up.map((host) => [host.name, host]));
});
afterAll(() => scene?.destroy());

function hostOf(name: string): Host {
  const host = hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
}

const next = { system: 'label = "2";' };

test.concurrent("Nix 2.8 reads, builds, copies and deploys", async () => {
  const ana = await Operator.withFleet(scene.bed, "old", { old: next });
  const old = { nix: "machine" } as const;
  const { stdout } = await ana.shell("flotilla doctor --json", old);
  const version = /"detail": "(2\.\d+)/.exec(stdout)?.[1];
  expect(version).not.toBe("2.26");
  expect(endsOf(await ana.flotilla(["deploy", "--json"], old))).toEqual({ old: "deployed", exit: 0 });
  expect(endsOf(await ana.flotilla(["deploy", "--json"], old))).toEqual({ old: "unchanged", exit: 0 });
  expect((await seenOn(hostOf("old"))).running).toMatch(/-old-2$/);

  await ana.fleet({ old: { system: 'label = "3";' } }, 'bad.config.system.build.toplevel = throw "no";');
  await ana.commit();
  expect(endsOf(await ana.flotilla(["deploy", "--json", "--build-on", "target"], old))).toEqual({
    bad: "failed E_EVALUATION",
    old: "deployed",
    exit: 1,
  });
});

test.concurrent("the package runs in an empty folder, where no dependency is", async () => {
  const packing = await Operator.create(scene.bed, "packing");
  const folder = packing.home;
  // What `npm ci` brought is not looked at; the bundle was built by whoever started the tests.
  await run(["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", folder, root]);
  const archive = (await readdir(folder)).find((file) => file.endsWith(".tgz"));
  await run(["npm", "install", "--silent", "--offline", "--no-audit", "--no-fund", `./${archive}`], { cwd: folder });
  expect(await readdir(join(folder, "node_modules"))).toEqual([".bin", ".package-lock.json", "flotilla"]);

  const ana = await Operator.create(scene.bed, "packed", [
    process.execPath,
    join(folder, "node_modules/flotilla/dist/flotilla.js"),
  ]);
  await ana.fleet({ packed: next });
  expect((await ana.shell("flotilla --version")).stdout).toMatch(/^\d+\.\d+\.\d+$/);
  expect((await ana.shell("flotilla --help")).stdout).toContain("Usage: flotilla");
  expect(endsOf(await ana.flotilla(["deploy", "--json"]))).toEqual({ packed: "deployed", exit: 0 });
  expect((await ana.flotilla(["generations", "packed"])).exitCode).toBe(0);
});

test.concurrent("SSH_CONFIG_FILE, NIX_SSHOPTS and XDG_* are obeyed", async () => {
  const ana = await Operator.withFleet(scene.bed, "variables", {
    variables: { ...next, deployment: 'targetHost = "nickname";' },
  });
  const { configFile } = scene.bed.access;
  const alias = `Host nickname\n  HostName ${hostOf("variables").address}\nInclude ${configFile}\n`;
  await ana.write("../ssh/config", alias);
  const config = join(ana.home, "ssh/config");
  const none = { SSH_CONFIG_FILE: "", NIX_SSHOPTS: "" };
  const deploy = async (env: Record<string, string>): Promise<unknown> =>
    endsOf(await ana.flotilla(["deploy", "--json"], { env: { ...none, ...env } }));
  expect(await deploy({})).toEqual({ variables: expect.stringMatching(/^unreachable /), exit: 4 });
  expect(await deploy({ SSH_CONFIG_FILE: config })).toEqual({ variables: "deployed", exit: 0 });
  expect(await deploy({ NIX_SSHOPTS: `-F ${config} -o Compression=yes` })).toEqual({ variables: "unchanged", exit: 0 });

  const xdg = join(ana.home, "elsewhere");
  await deploy({
    SSH_CONFIG_FILE: config,
    XDG_STATE_HOME: join(xdg, "state"),
    XDG_CACHE_HOME: join(xdg, "cache"),
  });
  expect((await readdir(xdg)).toSorted()).toEqual(["cache", "state"]);
  expect(await readdir(join(xdg, "state/flotilla"))).toContainEqual(expect.stringMatching(/history/));
  expect(await readdir(join(xdg, "cache"))).toContain("flotilla");
});

test.concurrent("a host with an IPv6 address and a pinned key", async () => {
  const six = hostOf("six");
  const address = `fd77:${scene.bed.number}::6`;
  await run(["ip", "address", "add", `fd77:${scene.bed.number}::1/64`, "dev", scene.bed.network.bridge, "nodad"]);
  const added = await six.exec(["ip", "address", "add", `${address}/64`, "dev", "eth0", "nodad"]);
  expect(added.exitCode).toBe(0);
  const [type, key] = (await readFile(join(six.directory, "root/etc/ssh/ssh_host_ed25519_key.pub"), "utf8")).split(" ");
  const ana = await Operator.create(scene.bed, "six");
  const deploy = async (deployment: string, ...words: readonly string[]): Promise<unknown> => {
    await ana.fleet({ six: { ...next, deployment } });
    return endsOf(await ana.flotilla(["deploy", "--json", ...words]));
  };
  const pinned = `hostKey = "${type} ${key}";`;
  const other = `hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXa2zEcXdEvHkCYw8XyZ9j1wXrjQ5XyVQm1cFJ2m8xT";`;
  expect(await deploy(`targetHost = "${address}"; ${other}`)).toEqual({ six: "refused E_HOST_KEY_CHANGED", exit: 3 });
  expect(await deploy(`targetHost = "${address}"; ${pinned}`)).toEqual({ six: "deployed", exit: 0 });
  expect(await deploy(`targetHost = "root@[${address}]:22"; ${pinned}`)).toEqual({ six: "unchanged", exit: 0 });
  // The first address does not answer, the second does.
  const two = `targetHost = "${scene.bed.address(253)}"; targetHosts = [ "${address}" ]; sshOptions = [ "-o" "ConnectTimeout=1" ];`;
  expect(await deploy(`${two} ${pinned}`)).toEqual({ six: "unchanged", exit: 0 });
  expect(await deploy(pinned, "--target-host", `root@[${address}]:22`)).toEqual({ six: "unchanged", exit: 0 });
});

test.concurrent("the example fleet, with the module that users import", async () => {
  const ana = await Operator.create(scene.bed, "example");
  await cp(join(root, "examples/fleet"), ana.flake, { recursive: true });
  for (const part of ["flake.nix", "nix"])
    await cp(join(root, part), join(ana.home, "flotilla", part), { recursive: true });
  await ana.commit();
  const inputs = `--override-input nixpkgs path:${root}/test/bed --override-input flotilla path:${ana.home}/flotilla`;
  const listed = await ana.shell(`flotilla hosts --json ${inputs}`);
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { host: "db-01", target: "root@db-01", tags: ["db"], version: "release-1" },
    { host: "web-01", target: "root@web-01", tags: ["web"], version: "release-1" },
    { host: "web-02", target: "root@web-02", tags: ["web"], version: "release-1" },
  ]);
  const deployed = await ana.flotilla(["deploy", "--json", ...inputs.split(" ")]);
  expect(endsOf(deployed)).toEqual({ "db-01": "deployed", "web-01": "deployed", "web-02": "deployed", exit: 0 });
  const commits = deployed.events.flatMap((event) =>
    event.type === "host-phase" && event.phase === "commit" && event.state === "finished" ? [event.host] : [],
  );
  // It comes first by dependsOn.
  expect(commits[0]).toBe("db-01");
  expect(commits).toHaveLength(3);
});
