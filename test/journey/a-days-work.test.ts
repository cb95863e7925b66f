// `alias colmena=flotilla` for a day: the same two hosts by a hive.nix and by both forms of a flake, commands and flags as people type them.
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ControllerProcess } from "../bed/controller.ts";
import { controllerNix } from "../bed/controller-nix.ts";
import type { Host } from "../bed/host.ts";
import { waitUntil } from "../bed/wait-until.ts";
import { type Ended, eventsOf, phaseBegins, Scene, seenOn, until } from "../fault/scene.ts";
import { endsOf, Operator } from "./operator.ts";

const root = join(import.meta.dirname, "../..");
const environment = { NIX_PATH: `nixpkgs=${root}/test/bed` };

let scene: Scene;
let web: Host;
let db: Host;
beforeAll(async () => {
  scene = await Scene.create();
  web = await scene.host("web-01");
  db = await scene.host("db-01");
});
afterAll(() => scene?.destroy());

/** What is different from one hour to the next: text in the systems, and Nix of the whole hive and of its nodes. */
interface Hour {
  readonly label: string;
  readonly meta?: string;
  readonly web?: string;
  readonly db?: string;
}

const hive = ({ label, meta = "", ...nodes }: Hour, nixpkgs: string): string => `{
  meta = {
    nixpkgs = ${nixpkgs};
    ${meta}
  };
  defaults = { name, ... }: {
    networking.hostName = name;
    services.openssh.enable = true;
    environment.etc.label.text = "${label}";
    deployment.targetUser = "root";
    deployment.rollback.confirmTimeout = 60;
    deployment.activationTimeout = 120;
  };
  web-01 = {
    deployment.tags = [ "web" "eu" ];
    deployment.keys.token = { keyCommand = [ "echo" "-n" "of the web" ]; };
    ${nodes.web ?? ""}
  };
  db-01 = { nodes, ... }: {
    deployment.tags = [ "db" "eu" ];
    environment.etc.served.text = nodes.web-01.config.networking.hostName;
    ${nodes.db ?? ""}
  };
}
`;

const forms = ["hive.nix", "colmena", "colmenaHive"] as const;
type Form = (typeof forms)[number];

async function write(ana: Operator, form: Form, hour: Hour): Promise<void> {
  if (form === "hive.nix") return ana.write("hive.nix", hive(hour, "<nixpkgs>"));
  const ours = hive(hour, 'import nixpkgs { system = "x86_64-linux"; }');
  const made = form === "colmena" ? ours : `(import "\${lib}/lib.nix" { inherit (nixpkgs) lib; }).makeHive ${ours}`;
  await cp(join(root, "nix"), join(ana.home, "lib"), { recursive: true });
  await ana.write(
    "flake.nix",
    `{
      inputs.nixpkgs.url = "path:${root}/test/bed";
      inputs.lib = { url = "path:${ana.home}/lib"; flake = false; };
      outputs = { nixpkgs, lib, ... }: { ${form} = ${made}; };
    }`,
  );
  await ana.shell("git init -q; git add flake.nix; nix flake lock");
  await ana.commit();
}

async function operatorOf(name: string, form: Form, hour: Hour): Promise<Operator> {
  const ana = await Operator.create(scene.bed, name);
  await write(ana, form, hour);
  return ana;
}

const flotilla = async (ana: Operator, ...words: readonly string[]): Promise<Ended> =>
  ana.flotilla(words, { env: environment });
const ends = async (ana: Operator, ...words: readonly string[]): Promise<unknown> =>
  endsOf(await flotilla(ana, ...words, "--json"));
const on = async (host: Host, line: string): Promise<string> => (await host.ssh(line)).stdout.trim();
const sh = async (ana: Operator, line: string): Promise<string> =>
  (await ana.shell(line, { env: environment })).stdout.trim();

/** Presses Ctrl-C, once. */
async function interrupted({ child: { pid }, finished }: ControllerProcess): Promise<unknown> {
  if (pid === undefined) throw new Error("nothing runs");
  process.kill(-pid, "SIGINT");
  const ended = await finished;
  return endsOf({ ...ended, events: eventsOf(ended.stdout) });
}

const both = (outcome: string, exit = 0): unknown => ({ "web-01": outcome, "db-01": outcome, exit });

test.each(forms)("%s: what is typed in a day", async (form) => {
  const name = form.replace(".", "-");
  const ana = await operatorOf(name, form, { label: `${name}-1` });
  // The flags of a script that was written for colmena.
  const flags = "--keep-result --eval-node-limit 1 --evaluator streaming --no-substitute --no-gzip -p 2 -v";
  expect(await ends(ana, "apply", ...flags.split(" "))).toEqual(both("deployed"));
  expect(await on(web, "cat /etc/label /run/keys/token")).toBe(`${name}-1of the web`);
  expect(await on(db, "cat /etc/label /etc/served")).toBe(`${name}-1web-01`);
  const { running } = await seenOn(web);
  expect(await sh(ana, "readlink .gcroots/node-web-01")).toBe(running);

  await write(ana, form, { label: `${name}-2` });
  expect(await ends(ana, "apply", "boot", "--on", "@web")).toEqual({ "web-01": "staged", exit: 0 });
  expect(await seenOn(web)).toMatchObject({ running, bootsNext: expect.not.stringContaining(running) });
  // Built there, and only that one.
  expect(await ends(ana, "apply", "--on", "db-*", "--build-on-target", "--no-keys")).toEqual({
    "db-01": "deployed",
    exit: 0,
  });
  expect(await ends(ana, "apply", "test", "--on", "@web+@eu")).toEqual({ "web-01": "tested", exit: 0 });
  expect(await ends(ana, "apply", "dry-activate")).toEqual(both("pushed"));

  await on(web, "rm /run/keys/token");
  const uploaded = await flotilla(ana, "upload-keys");
  expect(uploaded.stdout).toMatch(/web-01 .*pushed .*1 key written/u);
  expect(uploaded.stdout).toMatch(/db-01 .*pushed .*no keys/u);
  expect((await flotilla(ana, "apply", "keys", "--on", "@web")).stdout).toContain("keys unchanged");

  expect(await ends(ana, "build")).toEqual(both("built"));
  expect((await flotilla(ana, "exec", "--on", "@web", "--", "hostname")).stdout).toBe("web-01 | web-01");
  const said = await flotilla(ana, "exec", "-v", "sh", "-c", "exit 3");
  expect([said.exitCode, said.stderr]).toEqual([1, expect.stringContaining("db-01 | ended with status 3")]);
  const names = "{ nodes, lib, ... }: lib.mapAttrsToList (_: node: node.config.networking.hostName) nodes";
  expect(JSON.parse((await flotilla(ana, "eval", "-E", names)).stdout)).toEqual(["db-01", "web-01"]);
  expect((await flotilla(ana, "nix-info")).stdout).toContain("2.26");
});

test("hosts that failed, hosts that changed, so many of them", async () => {
  const ana = await operatorOf("choosing", "hive.nix", { label: "chosen" });
  expect(await ends(ana, "apply")).toEqual(both("deployed"));

  // A node with an error of its own: its neighbour goes on, and the error has the place.
  await write(ana, "hive.nix", { label: "next", db: 'deployment.tagz = [ "x" ];' });
  const broken = await flotilla(ana, "apply");
  expect(broken.exitCode).toBe(1);
  expect(broken.stdout).toMatch(/web-01 .*deployed/u);
  expect(broken.stdout).toMatch(/deployment\.tagz, which \S*hive\.nix:\d+ sets, does not exist/u);

  await write(ana, "hive.nix", { label: "next" });
  expect(await ends(ana, "apply", "--on", "@failed")).toEqual({ "db-01": "deployed", exit: 0 });
  const repaired = await flotilla(ana, "apply", "--on", "@failed");
  expect([repaired.exitCode, repaired.stderr]).toEqual([2, expect.stringContaining("@failed")]);

  await write(ana, "hive.nix", { label: "next", web: 'environment.etc.more.text = "x";' });
  expect(await ends(ana, "apply", "--on", "@changed")).toEqual({ "web-01": "deployed", exit: 0 });

  expect(await ends(ana, "apply", "--limit", "1")).toEqual({ "db-01": "unchanged", exit: 0 });
  expect(await ends(ana, "apply", "--every", "2")).toEqual({ "db-01": "unchanged", exit: 0 });
  const piped = await ana.flotilla(["apply", "--on-file", "-", "--json"], {
    env: environment,
    stdin: "# those of today\nweb-*\n",
  });
  expect(endsOf(piped)).toEqual({ "web-01": "unchanged", exit: 0 });
});

test("what belongs to the whole hive, and hosts that are deployed elsewhere or never", async () => {
  const ana = await operatorOf("whole", "hive.nix", { label: "whole", meta: "allowApplyAll = false;" });
  const all = await flotilla(ana, "apply");
  expect([all.exitCode, all.stderr]).toEqual([2, expect.stringContaining("--on '*'")]);
  expect(await ends(ana, "apply", "--on", "*")).toEqual(both("deployed"));

  // The machines that build are Nix's business, and reach it.
  await write(ana, "hive.nix", { label: "machines", meta: "machinesFile = ./machines;" });
  await ana.write("machines", "");
  await ana.program(
    "nix",
    `printf '%s\\n' "$*" >>"$HOME/asked"; PATH=${controllerNix()}/bin:$PATH exec ${controllerNix()}/bin/nix "$@"`,
  );
  expect(await ends(ana, "build")).toEqual(both("built"));
  expect(await sh(ana, 'grep " build " "$HOME/asked"')).toContain(`--option builders @${ana.flake}/machines`);

  await write(ana, "hive.nix", { label: "null", web: "deployment.targetHost = null;" });
  const partly = await flotilla(ana, "apply");
  expect([partly.exitCode, partly.stdout]).toEqual([
    0,
    expect.stringMatching(/web-01 .*skipped .*targetHost is null/u),
  ]);
  const asked = await flotilla(ana, "exec", "hostname");
  expect([asked.exitCode, asked.stdout, asked.stderr]).toEqual([
    0,
    "db-01 | db-01",
    expect.stringContaining("web-01 is built, never deployed to"),
  ]);

  // A system that another operator's machine has made.
  const foreign = await on(
    db,
    'cp -a "$(readlink -f /run/current-system)" /tmp/foreign && nix-store --add /tmp/foreign && nix-env -p /nix/var/nix/profiles/system --set "$(nix-store --add /tmp/foreign)"',
  );
  const theirs = { label: "ours", db: "deployment.replaceUnknownProfiles = false;" };
  await write(ana, "hive.nix", theirs);
  const before = await seenOn(db);
  expect(before.profile).toBe(foreign);
  const refused = await flotilla(ana, "apply", "--on", "@db");
  expect([refused.exitCode, refused.stdout]).toEqual([3, expect.stringContaining("E_UNKNOWN_PROFILE")]);
  expect(refused.stdout).toContain("--force-replace-unknown-profiles");
  expect(await seenOn(db)).toEqual(before);
  expect(await ends(ana, "apply", "--on", "@db", "--force-replace-unknown-profiles")).toEqual({
    "db-01": "deployed",
    exit: 0,
  });

  const boot = await on(
    db,
    "cat /proc/sys/kernel/random/boot_id /run/flotilla-booted 2>/dev/null; touch /run/flotilla-booted",
  );
  const rebooted = await flotilla(ana, "apply", "--reboot", "--on", "@db");
  expect([rebooted.exitCode, rebooted.stdout]).toEqual([0, expect.stringMatching(/db-01 .*rebooted/u)]);
  expect(boot).not.toBe("");
  expect(await on(db, "ls /run/flotilla-booted")).toBe("");
});

test("bad days: keys that cannot be had, a second operator, Ctrl-C in the middle", async () => {
  const ana = await operatorOf("bad", "hive.nix", { label: "good" });
  expect(await ends(ana, "apply")).toEqual(both("deployed"));

  const before = await seenOn(web);
  await write(ana, "hive.nix", {
    label: "locked",
    web: 'deployment.keys.late = { keyCommand = [ "sh" "-c" "echo the safe is shut >&2; exit 4" ]; };',
  });
  const unread = await flotilla(ana, "apply");
  expect(unread.exitCode).toBe(1);
  expect(unread.stdout).toContain("deployment.keys.late.keyCommand: sh ended with status 4");
  expect(unread.stdout).toContain("the safe is shut");
  expect(await seenOn(web)).toEqual(before);

  // What is known only on the host, after the activation: nothing is taken back, and that is said.
  const late = (user: string): string =>
    `deployment.keys.late = { text = "x"; user = "${user}"; uploadAt = "post-activation"; };`;
  await write(ana, "hive.nix", { label: "unowned", web: late("ghost") });
  const unowned = await flotilla(ana, "apply", "--on", "@web");
  expect(unowned.exitCode).toBe(1);
  expect(unowned.stdout).toMatch(/the new system runs, but web-01: deployment\.keys\.late: there is no user ghost/u);
  expect(await on(web, "cat /etc/label; ls /run/keys/late")).toBe("unowned");

  // A slow activation: somebody else is told who is there, and Ctrl-C leaves no half of it behind.
  await write(ana, "hive.nix", {
    label: "slow",
    web: `${late("root")} system.activationScripts.slow.text = "sleep 5";`,
  });
  const bob = await operatorOf("bob", "hive.nix", { label: "bob" });
  const running = await ana.start(["setsid", "flotilla", "apply", "--json", "--on", "@web"], { env: environment });
  await until(running, "the activation", phaseBegins("web-01", "activate"));
  expect(await ends(bob, "apply", "--on", "@web")).toEqual({ "web-01": "refused E_LOCKED", exit: 3 });
  expect(await interrupted(running)).toEqual({ "web-01": "deployed", exit: 130 });
  expect(await on(web, "cat /etc/label /run/keys/late")).toBe("slowx");

  // Nor is a host left on its way.
  await write(ana, "hive.nix", { label: "rebooted" });
  const words = ["setsid", "flotilla", "apply", "--reboot", "--json", "--on", "@web"] as const;
  const rebooting = await ana.start(words, { env: environment });
  await until(rebooting, "the reboot", phaseBegins("web-01", "reboot"));
  expect(await interrupted(rebooting)).toEqual({ "web-01": "deployed", exit: 130 });
  expect(await on(web, "cat /etc/label /run/keys/token")).toBe("rebootedof the web");
});

test("a look before the deploy: no, yes, and a hive that was edited meanwhile", async () => {
  const ana = await operatorOf("asked", "hive.nix", { label: "asked" });
  const answer = async (word: string, meanwhile: () => Promise<void> = async () => {}): Promise<Ended> => {
    const running = await ana.start(["script", "-qec", "flotilla apply --ask --plain --on @db", "/dev/null"], {
      env: environment,
    });
    const isAsked = async (): Promise<boolean> => running.stdout().includes("Go on with switch? [y/N]");
    await waitUntil("the question", isAsked, { deadline: 30_000 });
    await meanwhile();
    running.child.stdin?.write(`${word}\r`);
    return { ...(await running.finished), events: [] };
  };
  const before = await seenOn(db);
  const no = await answer("n");
  expect([no.exitCode, no.stdout]).toEqual([130, expect.stringContaining("not agreed to; nothing was changed")]);
  const edited = await answer("y", () => write(ana, "hive.nix", { label: "edited" }));
  expect([edited.exitCode, edited.stdout]).toEqual([3, expect.stringContaining("E_PLAN_CHANGED")]);
  expect(await seenOn(db)).toEqual(before);
  const yes = await answer("y");
  expect([yes.exitCode, yes.stdout]).toEqual([0, expect.stringMatching(/db-01 .*deployed/u)]);
  expect(await on(db, "cat /etc/label")).toBe("edited");
  const nobody = await flotilla(ana, "apply", "--ask");
  expect([nobody.exitCode, nobody.stderr]).toEqual([2, expect.stringContaining("there is no terminal to ask on")]);
});

test("deploy-rs's --keep-result: where its users look for their profiles", async () => {
  const ana = await Operator.create(scene.bed, "keeping");
  await cp(join(root, "nix/activate"), join(ana.home, "activate"), { recursive: true });
  const flake = `{
    inputs.nixpkgs.url = "path:${root}/test/bed";
    inputs.activate = { url = "path:${ana.home}/activate"; flake = false; };
    outputs = { nixpkgs, activate, ... }: let
      pkgs = nixpkgs.legacyPackages.x86_64-linux;
      inherit ((import activate { inherit pkgs; }).activate) custom;
      words = text: pkgs.writeTextFile { name = "words"; inherit text; destination = "/words"; };
    in {
      deploy.nodes.db-01 = {
        hostname = "db-01";
        user = "root";
        sshUser = "root";
        profiles.first.path = custom (words "one") "cat $PROFILE/words >/run/first";
        profiles.second.path = custom (words "two") "cat $PROFILE/words >/run/second";
      };
    };
  }`;
  await ana.write("flake.nix", flake);
  await ana.shell("git init -q; git add flake.nix; nix flake lock");
  await ana.commit();
  const profile = (name: string): string => `readlink -f /nix/var/nix/profiles/per-user/root/${name}`;
  expect(await ends(ana, "deploy", "-k", ".#db-01")).toEqual({ "db-01": "deployed", exit: 0 });
  expect(await on(db, "cat /run/first /run/second")).toBe("onetwo");
  for (const name of ["first", "second"]) {
    expect(await sh(ana, `readlink .deploy-gc/db-01/${name}`)).toBe(await on(db, profile(name)));
  }
  // Kept from the garbage collection, and also where nothing is to be deployed.
  const roots = await sh(ana, 'nix-store --gc --print-roots | grep -c "$PWD/.deploy-gc/db-01/"');
  expect(roots).toBe("2");
  expect(await ends(ana, "deploy", "-k", "-r", "kept")).toEqual({
    "db-01": "unchanged",
    exit: 0,
  });
  expect(await sh(ana, "ls kept/db-01; git status --porcelain")).toBe("first\nsecond");
});
