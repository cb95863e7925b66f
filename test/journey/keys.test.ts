// Keys, from where they are to where they belong: when they go, whose they are, which stay, which are taken away; and that
// nobody else gets to see them.
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Host } from "../bed/host.ts";
import { bedFile } from "../bed/places.ts";
import { waitUntil } from "../bed/wait-until.ts";
import { type Ended, Scene, seenOn } from "../fault/scene.ts";
import { endsOf, Operator } from "./operator.ts";

let scene: Scene;
let one: Host;
let two: Host;
let modular: Host;
beforeAll(async () => {
  scene = await Scene.create();
  const deploy = 'users.deploy.sudo = "nopasswd";';
  const hosts = await scene.hosts({ one: {}, two: { system: deploy }, modular: {} });
  [one, two, modular] = [hosts[0] ?? one, hosts[1] ?? two, hosts[2] ?? modular];
});
afterAll(() => scene?.destroy());

/** An operator who has a file of secrets for each of the names, all with M4RKER in them. */
async function operator(name: string, ...secrets: string[]): Promise<Operator> {
  const ana = await Operator.create(scene.bed, name);
  for (const secret of secrets) await writeFile(join(ana.home, secret), `M4RKER ${secret}\n`);
  return ana;
}

/** What is at a path of a host: mode, owner, inode and content in one line. */
async function keyAt(host: Host, path: string): Promise<string> {
  const { stdout, stderr } = await host.ssh(`stat -c '%a %U:%G %i' ${path} && cat ${path}`);
  return `${stdout.replaceAll("\n", " ").trim()}${stderr}`;
}

function notesOf({ events }: Ended): readonly string[] {
  return events.flatMap((event) => (event.type === "host-finished" ? event.notes : []));
}

/** All text of all files below a directory. */
async function everything(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, "latin1")))).join("\n");
}

test("keys come before and after the activation, stay what they are, and go when they are declared no more", async () => {
  const ana = await operator("keys", "tls", "db");
  const declare = (keys: string, system = ""): Promise<void> =>
    ana.fleet({ one: { system: `label = "2"; users.app = { }; ${system}`, deployment: `keys = { ${keys} };` } });
  const tls = `tls = { keyFile = "${ana.home}/tls"; user = "app"; group = "app"; permissions = "0440"; };`;
  const db = `db = { keyCommand = [ "cat" "${ana.home}/db" ]; uploadAt = "post-activation"; destDir = "/var/lib/db keys"; };`;
  const told: string[] = [];
  const flotilla = async (...words: string[]): Promise<Ended> => {
    const ended = await ana.flotilla([...words, "--json", "--verbose"]);
    told.push(ended.stdout, ended.stderr);
    return ended;
  };

  // The user that owns the first key comes with the activation.
  await declare(`${tls} ${db}`);
  const first = await flotilla("deploy");
  expect(endsOf(first)).toEqual({ one: "deployed", exit: 0 });
  expect(notesOf(first)).toEqual(
    expect.arrayContaining([
      "1 key written",
      "/run/keys/tls: there is no user app yet; it belongs to root until the activation",
    ]),
  );
  const tlsKey = await keyAt(one, "/run/keys/tls");
  const dbKey = await keyAt(one, "'/var/lib/db keys/db'");
  expect(tlsKey).toMatch(/^440 app:app \d+ M4RKER tls$/u);
  expect(dbKey).toMatch(/^600 root:root \d+ M4RKER db$/u);

  // What is there already is left alone, by both ways.
  expect(endsOf(await flotilla("deploy"))).toEqual({ one: "unchanged", exit: 0 });
  expect((await flotilla("keys")).exitCode).toBe(0);
  expect(await keyAt(one, "/run/keys/tls")).toBe(tlsKey);
  expect(await keyAt(one, "'/var/lib/db keys/db'")).toBe(dbKey);

  // One was renewed, another got lost with a reboot.
  await writeFile(join(ana.home, "db"), "M4RKER renewed\n");
  await one.ssh("rm /run/keys/tls");
  expect(notesOf(await flotilla("deploy"))).toContain("2 keys written");
  expect(await keyAt(one, "/run/keys/tls")).toMatch(/^440 app:app \d+ M4RKER tls$/u);
  expect(await keyAt(one, "'/var/lib/db keys/db'")).toMatch(/^600 root:root \d+ M4RKER renewed$/u);

  // One is declared no more: it goes, and the rest stays. Files of others are nobody's business.
  await one.ssh("echo theirs >/run/keys/theirs");
  await declare(tls);
  expect(notesOf(await flotilla("keys"))).toContain("1 key unchanged, 1 removed");
  expect((await one.ssh("ls '/var/lib/db keys' /run/keys")).stdout.split("\n")).toEqual(
    expect.arrayContaining(["theirs", "tls"]),
  );
  expect(await keyAt(one, "'/var/lib/db keys/db'")).toContain("No such file");

  await declare("");
  expect(endsOf(await flotilla("deploy"))).toMatchObject({ exit: 0 });
  expect((await one.ssh("ls -A /run/keys")).stdout).toBe("theirs");

  // Nobody was told: not the operator's terminal and files, nor the host's log.
  told.push((await ana.flotilla(["history", "--json"])).stdout);
  expect(told.join("\n")).toContain("host-finished");
  expect(told.join("\n")).not.toContain("M4RKER");
  for (const kept of [".local/state", ".cache/flotilla"]) {
    expect(await everything(join(ana.home, kept))).not.toContain("M4RKER");
  }
  const { stdout: log } = await one.exec(["journalctl", "--no-pager", "--all"]);
  expect(log).toContain("sshd");
  expect(log).not.toContain("M4RKER");
}, 300_000);

test("keys that cannot be read, or have no owner, leave a host as it is", async () => {
  const ana = await operator("broken");
  const hang = "echo M4RKER; echo asking >&2; exec sleep 600";
  const ways: readonly (readonly [string, string, string, string])[] = [
    ["E_KEY", `keyFile = "${ana.home}/nothing";`, "keyFile: ", "does not exist on this machine"],
    [
      "E_KEY",
      'keyCommand = [ "sh" "-c" "echo M4RKER; echo locked >&2; exit 3" ];',
      "keyCommand: ",
      "ended with status 3",
    ],
    [
      "E_DEADLINE",
      `keyCommand = [ "sh" "-c" "${hang}" ]; uploadAt = "post-activation";`,
      "keyCommand: ",
      "did not end within 60 s",
    ],
  ];
  const before = await seenOn(two);
  for (const [code, key, place, why] of ways) {
    await ana.fleet({
      two: { system: `label = "broken"; users.deploy.sudo = "nopasswd";`, deployment: `keys.a = { ${key} };` },
    });
    const ended = await ana.flotilla(["deploy", "--json"], { deadline: 170_000 });
    expect(endsOf(ended)).toEqual({ two: `failed ${code}`, exit: 1 });
    const end = ended.events.find((event) => event.type === "host-finished");
    const message = end?.type === "host-finished" ? (end.reason?.message ?? "") : "";
    expect(message).toContain(`two: deployment.keys.a.${place}`);
    expect(message).toContain(why);
    expect(`${ended.stdout}${ended.stderr}`).not.toContain("M4RKER");
    expect(await seenOn(two)).toEqual(before);
  }
  await ana.fleet({
    two: { system: 'users.deploy.sudo = "nopasswd";', deployment: 'keys.a = { text = "x"; user = "ghost"; };' },
  });
  const unowned = await ana.flotilla(["keys"]);
  expect(unowned.exitCode).toBe(1);
  expect(unowned.stdout + unowned.stderr).toContain("two: deployment.keys.a: there is no user ghost");
  expect((await two.ssh("ls -A /run/keys")).stdout).toBe("");
}, 300_000);

test("a command is run once for all hosts, and a login that is not root's will do", async () => {
  const ana = await operator("once", "shared");
  const shared = `keys.shared.keyCommand = [ "sh" "-c" "echo once >>${ana.home}/runs; cat ${ana.home}/shared" ];`;
  await ana.fleet({
    one: { deployment: shared },
    two: { system: 'users.deploy.sudo = "nopasswd";', deployment: `${shared} targetUser = "deploy";` },
  });
  expect(endsOf(await ana.flotilla(["keys", "--json"]))).toMatchObject({ exit: 0 });
  for (const host of [one, two]) {
    expect(await keyAt(host, "/run/keys/shared")).toMatch(/^600 root:root \d+ M4RKER shared$/u);
  }
  expect(await readFile(join(ana.home, "runs"), "utf8")).toBe("once\n");
});

test("with the NixOS module a key has its owner before services start, and a unit that lives as long as it", async () => {
  const ana = await operator("modular", "tls");
  for (const part of ["system", "nixpkgs"]) await cp(bedFile(part), join(ana.flake, part), { recursive: true });
  await cp(join(import.meta.dirname, "../../nix/modules"), join(ana.flake, "modules"), { recursive: true });
  await ana.write(
    "flake.nix",
    `{
      outputs = _: {
        nixosConfigurations.modular = (import ./nixpkgs).lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./modules/deployment.nix
            {
              networking.hostName = "modular";
              system.nixos.label = "2";
              services.openssh.enable = true;
              users.users.app.isNormalUser = true;
              deployment.keys.tls = { keyFile = "${ana.home}/tls"; user = "app"; group = "app"; permissions = "0400"; };
              systemd.services.reader = {
                wantedBy = [ "multi-user.target" ];
                requires = [ "tls-key.service" ];
                after = [ "tls-key.service" ];
                serviceConfig = { Type = "oneshot"; RemainAfterExit = true; User = "app"; };
                script = "wc -c </run/keys/tls";
              };
            }
          ];
        };
      };
    }`,
  );
  expect(endsOf(await ana.flotilla(["deploy", "--json"]))).toEqual({ modular: "deployed", exit: 0 });
  const state = async (unit: string, property: string): Promise<string> =>
    (await modular.ssh(`systemctl show --value --property ${property} ${unit}`)).stdout;
  expect(await state("reader.service", "ActiveState")).toBe("active");
  expect(await state("tls-key.service", "ActiveState")).toBe("active");
  expect(await keyAt(modular, "/run/keys/tls")).toMatch(/^400 app:app /u);

  await modular.ssh("rm /run/keys/tls");
  const becomes = (wanted: string): Promise<boolean> =>
    waitUntil(`tls-key.service ${wanted}`, async () => (await state("tls-key.service", "ActiveState")) === wanted, {
      deadline: 60_000,
      pause: 200,
    });
  await becomes("activating");
  expect((await ana.flotilla(["keys"])).exitCode).toBe(0);
  await becomes("active");
});
