// krops's ways: a script that deploys without flotilla, under the sh of a rescue system, and sources that are brought to a host.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ControllerOptions } from "../bed/controller.ts";
import type { Host } from "../bed/host.ts";
import { type Ended, fleetFlake, Scene, seenOn } from "../fault/scene.ts";
import { Operator } from "./operator.ts";

const users = 'users = { deploy.sudo = "nopasswd"; };';

let scene: Scene;
let host: Host;
let ana: Operator;
beforeAll(async () => {
  scene = await Scene.create();
  host = await scene.host("krops", { system: users });
  ana = await Operator.withFleet(scene.bed, "krops", { krops: {} });
});
afterAll(() => scene?.destroy());

/** Runs a script that was written, on a machine where there is neither Node nor flotilla. */
const run = (script: string, options: ControllerOptions = {}): Promise<Ended> =>
  ana.shell(`busybox sh ./${script}`, options);

test("a script deploys as flotilla does: it confirms, and what is broken goes back", async () => {
  const before = await seenOn(host);
  await ana.fleet({ krops: { system: `label = "2"; ${users}` } });
  const written = await ana.flotilla(["script", "deploy", "krops", "--output", "deploy"]);
  expect([written.exitCode, written.stdout]).toEqual([0, ""]);
  const deployed = await run("deploy");
  expect([deployed.exitCode, deployed.stdout], deployed.stderr).toEqual([0, "krops | deployed"]);
  const after = await seenOn(host);
  expect(after.running).toMatch(/-krops-2$/);
  expect([after.profile, after.bootsNext]).toEqual([after.running, after.running]);
  expect(before.running).not.toBe(after.running);

  expect(await run("deploy")).toMatchObject({ exitCode: 0, stdout: "krops | unchanged" });

  // Its sshd is gone: it answers nobody, and so it is taken back.
  await ana.write("flake.nix", fleetFlake(new Map([["krops", { system: `label = "3"; sshd = false; ${users}` }]])));
  await ana.flotilla(["script", "deploy", "krops", "--output", "deploy"]);
  const broken = await run("deploy");
  expect([broken.exitCode, broken.stdout], broken.stderr).toEqual([1, "krops | rolled-back"]);
  expect(broken.stderr).toContain("E_CONFIRM_TIMEOUT");
  expect(await seenOn(host)).toEqual(after);
});

test("a script names results alone, and tries them, by a user who becomes root by sudo", async () => {
  const before = await seenOn(host);
  await ana.fleet({ krops: { system: `label = "tried"; ${users}`, deployment: 'targetUser = "deploy";' } });
  expect((await ana.flotilla(["build"])).exitCode).toBe(0);
  const { exitCode, stdout } = await ana.flotilla(["script", "test", "--built"]);
  expect(exitCode).toBe(0);
  expect(stdout).not.toContain(".drv");
  await ana.write("try", stdout);
  // With the oldest Nix that is served.
  expect(await run("try", { nix: "machine" })).toMatchObject({ exitCode: 0, stdout: "krops | tested" });
  const after = await seenOn(host);
  expect(after.running).toMatch(/-krops-tried$/);
  expect(after.profile).toBe(before.profile);
});

test("a script has a host build its system", async () => {
  await ana.fleet({ krops: { system: `label = "built-there"; ${users}`, deployment: "buildOnTarget = true;" } });
  await ana.flotilla(["script", "deploy", "krops", "--output", "deploy"]);
  const { exitCode, stderr, stdout } = await run("deploy");
  expect([exitCode, stdout], stderr).toEqual([0, "krops | deployed"]);
  expect(stderr).toContain("krops | building system on the host");
  expect((await seenOn(host)).bootsNext).toMatch(/-krops-built-there$/);
});

test("a script holds no secret, and it is said that keys are missing", async () => {
  await ana.fleet({ krops: { system: users, deployment: 'keys.token.text = "hunter2";' } });
  const { exitCode, stderr, stdout } = await ana.flotilla(["script", "deploy"]);
  expect([exitCode, stderr], stderr).toEqual([0, expect.stringContaining("krops has keys")]);
  expect(stdout).not.toContain("hunter2");
  await ana.fleet({ krops: { deployment: "targetHost = null;" } });
  const none = await ana.flotilla(["script", "deploy"]);
  expect([none.exitCode, none.stdout, none.stderr]).toEqual([1, "", expect.stringContaining("E_NOT_DEPLOYED")]);
  await ana.fleet({ krops: { system: users } });
});

test("a script runs a command", async () => {
  await ana.flotilla(["script", "command", "krops", "--output", "hello", "--", "sh", "-c", "echo it is $(hostname)"]);
  expect(await run("hello")).toMatchObject({ exitCode: 0, stdout: "krops | it is krops" });
});

test("sources are brought to a host", async () => {
  await ana.write("files/a b", "text");
  await ana.write("secret", '#!/bin/sh\necho "it is secret"\n');
  const files = join(ana.flake, "files");
  await ana.shell(`chmod +x secret`);
  await ana.write(
    "sources.nix",
    `[{ files.file = "${files}"; secret.pipe = "${join(ana.flake, "secret")}"; link.symlink = "files/a b"; }]`,
  );
  // krops's rsync reads no environment of ours.
  await ana.program("ssh", 'exec /usr/bin/ssh -F "$SSH_CONFIG_FILE" "$@"');
  const populate = (...words: string[]): Promise<Ended> =>
    ana.shell(`flotilla populate ${words.join(" ")}`, {
      env: { NIX_PATH: `nixpkgs=${join(import.meta.dirname, "../bed/nixpkgs")}` },
    });
  const target = "root@krops/srv/the-sources";
  const refused = await populate("--source", "./sources.nix", target);
  expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining("missing sentinel file")]);
  const done = await populate("--source", "./sources.nix", "--force", target);
  expect(done.exitCode, done.stderr).toBe(0);
  const { stdout } = await host.exec(["sh", "-c", "cat /srv/the-sources/link /srv/the-sources/secret"]);
  expect(stdout).toBe("textit is secret");

  await ana.fleet({ krops: {} }, "", 'sources = { files.symlink = "it\'s here"; };');
  const fromFlake = await populate("--source", ".#sources", target);
  expect(fromFlake.exitCode, fromFlake.stderr).toBe(0);
  expect((await host.exec(["readlink", "/srv/the-sources/files"])).stdout).toBe("it's here");
});
