// One machine by nixos-rebuild's words: another one, also by a user whom sudo asks for a password, and the machine itself.
import { randomUUID } from "node:crypto";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Host } from "../bed/host.ts";
import { program, Scene, seenOn } from "../fault/scene.ts";
import { endsOf, Operator } from "./operator.ts";

const users = 'users = { asks.sudo = "password"; deploy.sudo = "nopasswd"; };';
const names = ["password", "second", "third", "remote", "itself", "builder"] as const;

let scene: Scene;
let hosts: ReadonlyMap<string, Host>;
beforeAll(async () => {
  scene = await Scene.create();
  const up = await scene.hosts(Object.fromEntries(names.map((name) => [name, { system: users }])));
  hosts = new Map(up.map((host) => [host.name, host]));
});
afterAll(() => scene?.destroy());

const operator = (host: string, who: string, system = ""): Promise<Operator> =>
  Operator.withFleet(scene.bed, who, { [host]: { system: `label = "2-${who}"; ${users} ${system}` } });

function hostOf(name: string): Host {
  const host = hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
}

test.concurrent("sudo's password is asked for once, and changes a host whose user is neither root nor trusted", async () => {
  const host = hostOf("password");
  const before = await seenOn(host);
  const ana = await operator("password", "ana");
  const words = ["rebuild", "switch", "--flake", ".#password", "--target-host", "asks@password"];

  const without = await ana.flotilla(words);
  expect(without.exitCode).toBe(1);
  expect(without.stderr).toContain("--ask-sudo-password");
  const wrong = await ana.flotilla([...words, "--ask-sudo-password"], { stdin: "wrong\n" });
  expect(wrong.exitCode).toBe(1);
  expect(wrong.stderr).toContain("does not take the password");
  expect(wrong.stdout).toBe("");
  // Some lock a user out who was wrong three times.
  expect(wrong.stderr).toContain("1 incorrect password attempt");
  expect(await seenOn(host)).toEqual(before);

  const right = await ana.flotilla([...words, "--ask-sudo-password"], { stdin: "bed\n" });
  const after = await seenOn(host);
  expect([right.exitCode, right.stdout]).toEqual([0, after.running]);
  expect(after.running).toContain("-2-ana");
  expect([after.bootsNext, after.profile, after.state]).toEqual([after.running, after.running, "running"]);
  // Several hosts take the same one.
  const wish = { system: `label = "2-bea"; ${users}`, deployment: 'targetUser = "asks";' };
  const bea = await Operator.withFleet(scene.bed, "bea", { password: wish, second: wish });
  const ended = await bea.flotilla(["deploy", "--json", "--ask-sudo-password"], { stdin: "bed\n" });
  expect(endsOf(ended)).toEqual({ password: "deployed", second: "deployed", exit: 0 });
  // And so do the commands that look at what was done, which without it can only repeat what is known.
  const asked = { stdin: "bed\n" };
  const attach = ["attach", ended.events[0]?.run ?? "", "password", "--json"];
  expect(endsOf(await bea.flotilla(attach))).toEqual({ password: "deployed E_ELEVATION", exit: 0 });
  expect(endsOf(await bea.flotilla([...attach, "--ask-sudo-password"], asked))).toEqual({
    password: "deployed",
    exit: 0,
  });
  const exec = ["exec", "--on", "password", "--root", "--ask-sudo-password", "--", "id", "-u"];
  expect((await bea.flotilla(exec, asked)).stdout).toBe("password | 0");
  const back = await bea.flotilla(["rollback", "--on", "password", "--json", "--ask-sudo-password"], asked);
  expect(endsOf(back)).toEqual({ password: "deployed", exit: 0 });
  expect((await seenOn(host)).running).toBe(after.running);
  // Nothing is left of what it took.
  const { stdout } = await host.ssh("ls -d /tmp/flotilla.* 2>/dev/null; pgrep -fa '[n]ix-daemon --stdio' || :");
  expect(stdout).toBe("");
});

test.concurrent("another machine: test, switch, what differs, its generations, and back", async () => {
  const host = hostOf("remote");
  const first = await seenOn(host);
  const cleo = await operator("remote", "cleo", 'specialisations.debug = { label = "debug"; };');
  const at = ["--target-host", "deploy@remote"];

  // The configuration is the one that has the machine's name.
  const tested = await cleo.flotilla(["rebuild", "test", "--flake", ".", ...at]);
  const running = tested.stdout.trim();
  expect(await seenOn(host)).toMatchObject({ running, bootsNext: first.running, profile: first.running });

  const switched = await cleo.flotilla(["rebuild", "switch", "--flake", ".#remote", "--diff", ...at]);
  expect([switched.exitCode, switched.stdout]).toEqual([0, running]);
  expect(switched.stderr).toContain(`>>> ${running}`);
  expect(await seenOn(host)).toMatchObject({ running, bootsNext: running, profile: running });

  const missing = await cleo.flotilla(["rebuild", "switch", "--flake", ".#remote", "-c", "other", ...at]);
  expect(missing.exitCode).toBe(1);
  expect(missing.stderr).toMatch(/no specialisation "other"[^]*debug/);

  const listed = await cleo.flotilla(["rebuild", "list-generations", "--json", ...at]);
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { generation: 2, nixosVersion: "2-cleo", current: true, specialisations: ["debug"] },
    { generation: 1, nixosVersion: "1", current: false },
  ]);

  // Of a system that was built elsewhere nothing is known but what stands in it.
  const arm = await operator("remote", "arm", 'platform = "aarch64-linux"; payloadMiB = 1;');
  const foreign = (await arm.flotilla(["rebuild", "build", "--flake", ".#remote"])).stdout;
  const refused = await arm.flotilla(["rebuild", "switch", "--store-path", foreign, ...at]);
  expect(refused.stderr).toContain("E_WRONG_SYSTEM");
  expect((await host.ssh(`test -e ${foreign}`)).exitCode).toBe(1);

  const back = await cleo.flotilla(["rebuild", "switch", "--rollback", ...at]);
  expect([back.exitCode, back.stdout]).toEqual([0, first.running]);
  expect(await seenOn(host)).toMatchObject(first);

  const stern = await operator("remote", "stern", 'preSwitch = "echo not today; exit 3";');
  const checked = ["rebuild", "test", "--flake", ".#remote", ...at];
  expect(await stern.flotilla(checked)).toMatchObject({ exitCode: 1, stdout: "" });
  expect(await seenOn(host)).toMatchObject(first);
  expect(await stern.flotilla(checked, { env: { NIXOS_NO_CHECK: "1" } })).toMatchObject({ exitCode: 0 });
});

test.concurrent("a system that is built already, on the machine itself", async () => {
  const host = hostOf("itself");
  const first = await seenOn(host);
  const dora = await operator("itself", "dora");
  const built = await dora.flotilla(["rebuild", "build", "--flake", ".#itself"]);
  const system = built.stdout.trim();
  expect(built.exitCode).toBe(0);
  const copied = await dora.shell(`nix copy --no-check-sigs --to ssh-ng://root@itself ${system}`);
  expect(copied).toMatchObject({ exitCode: 0 });
  const root = join(host.directory, "root/opt/flotilla");
  await mkdir(root, { recursive: true });
  await cp(dirname(program), join(root, "dist"), { recursive: true });
  for (const asset of ["src", "nix", "package.json"]) {
    await cp(join(dirname(program), "..", asset), join(root, asset), { recursive: true });
  }
  await cp(process.execPath, join(root, "node"));
  await writeFile(
    join(root, "rebuild"),
    '#!/bin/sh\nexec /opt/flotilla/node /opt/flotilla/dist/flotilla.js rebuild "$@"\n',
    {
      mode: 0o755,
    },
  );
  const ended = await host.ssh(`/opt/flotilla/rebuild switch --store-path ${system}`);
  expect(ended).toMatchObject({ exitCode: 0, stdout: system });
  expect(ended.stderr).toContain("not proven");
  expect(await seenOn(host)).toMatchObject({ running: system, bootsNext: system, profile: system });

  // By a user of the machine whom sudo asks, and who is asked for it in its place.
  const again = "echo bed | /opt/flotilla/rebuild switch --rollback --sudo";
  const back = await host.ssh(`/usr/sbin/runuser -u asks -- env HOME=/tmp/asks sh -c '${again}'`);
  expect(back).toMatchObject({ exitCode: 0, stdout: first.running });
  expect(await seenOn(host)).toMatchObject(first);
});

test.concurrent("one machine builds for another: through here, and directly once the one reaches the other", async () => {
  const eve = await operator("third", "eve", "payloadMiB = 1;");
  const [builder, third] = [hostOf("builder"), hostOf("third")];
  const words = [
    "rebuild",
    "test",
    "--flake",
    ".#third",
    "--target-host",
    "root@third",
    "--build-host",
    "root@builder",
  ];
  const here = (path: string): Promise<{ exitCode: number | null }> => scene.bed.controller.run(["test", "-e", path]);

  const through = await eve.flotilla([...words, "-v"]);
  expect(through).toMatchObject({ exitCode: 0, stdout: (await seenOn(third)).running });
  expect(through.stderr).toContain("goes through here");
  expect((await builder.ssh(`test -e ${through.stdout}`)).exitCode).toBe(0);
  expect((await here(through.stdout)).exitCode).toBe(0);

  const key = await builder.ssh("ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519 && cat ~/.ssh/id_ed25519.pub");
  await third.ssh(`cat >>~/.ssh/authorized_keys <<'END'\n${key.stdout}\nEND`);
  await builder.ssh(`echo '${third.address} third' >>/etc/hosts; ssh-keyscan -t ed25519 third >>~/.ssh/known_hosts`);
  // Never built before: what a run before this one fetched is still in the store here.
  const label = `3-eve-${randomUUID().slice(0, 8)}`;
  await eve.fleet({ third: { system: `label = "${label}"; ${users} payloadMiB = 1;` } });
  const direct = await eve.flotilla(words);
  expect(direct).toMatchObject({ exitCode: 0, stdout: (await seenOn(third)).running });
  expect(direct.stdout).toContain(label);
  expect((await here(direct.stdout)).exitCode).not.toBe(0);

  const buildThere = ["rebuild", "build", "--flake", ".#third", "--build-host", "root@builder"];
  const built = await eve.flotilla(buildThere, { nix: "machine" }); // the oldest that will do
  expect(built).toMatchObject({ exitCode: 0, stdout: direct.stdout });
  expect((await eve.shell("readlink result")).stdout).toBe(built.stdout);
});
