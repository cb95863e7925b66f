// apply-local: a machine that has the hive, Nix and flotilla, and deploys to itself.
import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Host } from "../bed/host.ts";
import type { Completed } from "../bed/run.ts";
import { program, Scene, seenOn } from "../fault/scene.ts";

const root = join(import.meta.dirname, "../..");

let scene: Scene;
let host: Host;
beforeAll(async () => {
  scene = await Scene.create();
  host = await scene.host("alone");
  const there = join(host.directory, "root/opt");
  await mkdir(join(there, "hive"), { recursive: true });
  await cp(dirname(program), join(there, "flotilla/dist"), { recursive: true });
  for (const asset of ["src", "nix", "package.json"]) {
    await cp(join(root, asset), join(there, "flotilla", asset), { recursive: true });
  }
  await cp(process.execPath, join(there, "flotilla/node"));
  for (const file of ["default.nix", "nixpkgs", "system"]) {
    await cp(join(root, "test/bed", file), join(there, "nixpkgs", file), { recursive: true });
  }
});
afterAll(() => scene?.destroy());

/** Writes the hive with such settings of the machine. */
async function write(settings: string): Promise<void> {
  const hive = `{
    meta.nixpkgs = <nixpkgs>;
    alone = {
      networking.hostName = "alone";
      services.openssh.enable = true;
      ${settings}
    };
    other.deployment.allowLocalDeployment = true;
  }`;
  await writeFile(join(host.directory, "root/opt/hive/hive.nix"), hive);
}

const flotilla = async (words: string, as = ""): Promise<Completed> =>
  host.ssh(
    `cd /opt/hive; ${as} env NIX_PATH=nixpkgs=/opt/nixpkgs /opt/flotilla/node /opt/flotilla/dist/flotilla.js ${words}`,
    { deadline: 120_000 },
  );
const on = async (line: string): Promise<string> => (await host.ssh(line)).stdout.trim();

test("a machine is refused, deployed and rolled back by itself", async () => {
  const first = await seenOn(host);
  await write("");
  const refused = await flotilla("apply-local");
  expect([refused.exitCode, refused.stdout]).toEqual([
    3,
    expect.stringContaining("allowLocalDeployment = true allows"),
  ]);
  expect(await seenOn(host)).toEqual(first);

  const allowed = 'deployment.allowLocalDeployment = true; deployment.keys.token = { text = "of its own"; };';
  await write(`${allowed} environment.etc.label.text = "one";`);
  const deployed = await flotilla("apply-local");
  expect([deployed.exitCode, deployed.stdout]).toEqual([0, expect.stringMatching(/alone .*deployed .*1 key written/u)]);
  expect(deployed.stderr).toContain("not proven");
  expect(deployed.stderr).toContain("new connection to this machine");
  expect(await on("cat /etc/label /run/keys/token")).toBe("oneof its own");
  const good = await seenOn(host);
  expect(good.bootsNext).toBe(good.profile);

  await write(`${allowed} environment.etc.label.text = "two"; system.activationScripts.bad.text = "exit 3";`);
  const broken = await flotilla("apply-local switch --node alone");
  expect([broken.exitCode, broken.stdout]).toEqual([1, expect.stringMatching(/alone .*rolled-back .*E_ACTIVATION/u)]);
  expect(await seenOn(host)).toEqual(good);
  expect(await on("cat /etc/label")).toBe("one");
});

test("who is not root, and a machine that the hive does not know", async () => {
  await write('deployment.allowLocalDeployment = true; environment.etc.label.text = "three";');
  const before = await seenOn(host);
  const notRoot = await flotilla("apply-local", "/usr/sbin/runuser -u nobody -- env HOME=/tmp/nobody");
  expect([notRoot.exitCode, notRoot.stderr]).toEqual([2, expect.stringContaining("--sudo")]);

  await on("hostname stranger");
  const unknown = await flotilla("apply-local");
  expect([unknown.exitCode, unknown.stderr]).toEqual([
    2,
    expect.stringContaining("this machine calls itself stranger"),
  ]);
  expect(unknown.stderr).toContain("--node");
  expect(await seenOn(host)).toEqual(before);
});
