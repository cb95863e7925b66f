// A hive as colmena's users have it, and their commands: keys, tags, and a deploy that goes wrong.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Host } from "../bed/host.ts";
import { type Ended, Scene, seenOn } from "../fault/scene.ts";
import { endsOf, Operator } from "./operator.ts";

const root = join(import.meta.dirname, "../..");

let scene: Scene;
let hosts: ReadonlyMap<string, Host>;
beforeAll(async () => {
  scene = await Scene.create();
  const up = await scene.hosts({ "db-01": {}, "shop-01": {}, "shop-02": {} });
  hosts = new Map(up.map((host) => [host.name, host]));
});
afterAll(() => scene?.destroy());

function hostOf(name: string): Host {
  const host = hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
}

const seen = async (name: string): Promise<Awaited<ReturnType<typeof seenOn>>> => seenOn(hostOf(name));
const on = async (name: string, line: string): Promise<string> => (await hostOf(name).ssh(line)).stdout.trim();

/** What is different from one deploy to the next. */
interface Wishes {
  readonly keys: string;
  readonly more?: string;
}

/** Two shops that know of the database, which both of them have the password of. */
const hive = ({ more = "" }: Wishes): string => `{
  network = {
    description = "Shops and their database";
    allowApplyAll = false;
  };

  defaults = { name, ... }: {
    networking.hostName = name;
    services.openssh.enable = true;
    deployment.rollback.confirmTimeout = 60;
    deployment.activationTimeout = 120;
  };

  db-01 = {
    deployment.tags = [ "database" ];
    environment.etc."password-is-in".text = "nowhere";
  };

  shop-01 = import ./shop.nix;
  shop-02 = [ (import ./shop.nix) { ${more} } ];
}
`;
const shop = ({ keys }: Wishes): string => `{ nodes, ... }: {
  deployment.tags = [ "web" ];
  deployment.keys = { ${keys} };
  users.users.shopper.isNormalUser = true;
  environment.etc."database".text = nodes.db-01.config.networking.hostName;
}
`;

const colmenaKeys = `
  password = { keyCommand = [ "sh" "-c" "echo . >>asked; printf 'pass\\nword'" ]; user = "shopper"; permissions = "0440"; };
  certificate = { keyFile = ./certificate; destDir = "/var/lib/shop"; uploadAt = "post-activation"; };
`;

async function operatorOf(name: string, wishes: Wishes): Promise<Operator> {
  const ana = await Operator.create(scene.bed, name);
  await ana.write("certificate", "of the shop\n");
  await write(ana, wishes);
  return ana;
}

async function write(ana: Operator, wishes: Wishes): Promise<void> {
  await ana.write("hive.nix", hive(wishes));
  await ana.write("shop.nix", shop(wishes));
}

/** The units that stand for keys, whose path units start them. */
const untilActive =
  "until systemctl -q is-active password-key && systemctl -q is-active certificate-key; do sleep 1; done";

const flotilla = async (ana: Operator, ...words: readonly string[]): Promise<Ended> =>
  ana.flotilla(words, { env: { NIX_PATH: `nixpkgs=${root}/test/bed` } });
const outcomes = async (ana: Operator, ...words: readonly string[]): Promise<unknown> =>
  endsOf(await flotilla(ana, ...words, "--json"));

test("a hive is deployed by tag, with its keys; what is the same is left alone", async () => {
  const ana = await operatorOf("day", { keys: colmenaKeys });
  const database = await seen("db-01");

  // meta.allowApplyAll = false
  const all = await flotilla(ana, "apply");
  expect([all.exitCode, all.stderr]).toEqual([2, expect.stringContaining("--on")]);

  expect(await outcomes(ana, "apply", "--on", "@web", "-p", "2", "--eval-node-limit", "1")).toEqual({
    "shop-01": "deployed",
    "shop-02": "deployed",
    exit: 0,
  });
  expect(await seen("db-01")).toEqual(database);
  for (const name of ["shop-01", "shop-02"]) {
    expect(await on(name, "cat /etc/database")).toBe("db-01");
    expect(await on(name, "cat /run/keys/password; stat -c ' %a %U:%G' /run/keys/password")).toBe(
      "pass\nword 440 shopper:root",
    );
    expect(await on(name, "cat /var/lib/shop/certificate; stat -c '%a %U:%G' /var/lib/shop/certificate")).toBe(
      "of the shop\n600 root:root",
    );
    expect(await on(name, `timeout 30 sh -c '${untilActive}' && echo active`)).toBe("active");
  }
  expect((await ana.shell("wc -l <asked")).stdout.trim()).toBe("1");

  const before = await on("shop-01", "stat -c '%i %Y' /run/keys/password /var/lib/shop/certificate");
  expect(await outcomes(ana, "apply", "--on", "shop-*")).toEqual({
    "shop-01": "unchanged",
    "shop-02": "unchanged",
    exit: 0,
  });
  expect(await on("shop-01", "stat -c '%i %Y' /run/keys/password /var/lib/shop/certificate")).toBe(before);

  // One key less, another content, and a node that fails: its neighbour goes on, and its own system comes back.
  const { running } = await seen("shop-02");
  await write(ana, {
    keys: 'password = { text = "better"; user = "shopper"; permissions = "0440"; };',
    more: 'system.activationScripts.late.text = "exit 3";',
  });
  expect(await outcomes(ana, "apply", "switch", "--on", "@web")).toEqual({
    "shop-01": "deployed",
    "shop-02": "rolled-back E_ACTIVATION",
    exit: 1,
  });
  expect(await on("shop-01", "cat /run/keys/password; ls /var/lib/shop")).toBe("better");
  expect((await seen("shop-02")).running).toBe(running);
});

test("what else is typed in a day", async () => {
  const ana = await operatorOf("words", { keys: 'word = { text = "first"; };' });
  const names = "{ nodes, ... }: builtins.mapAttrs (_: node: node.config.networking.hostName) nodes";
  const evaluated = await flotilla(ana, "eval", "-E", names);
  expect(JSON.parse(evaluated.stdout)).toEqual({ "db-01": "db-01", "shop-01": "shop-01", "shop-02": "shop-02" });

  const built = await flotilla(ana, "build", "--keep-result", "--on", "db-01");
  expect([built.exitCode, built.stderr]).toEqual([0, expect.any(String)]);
  expect((await ana.shell("readlink .gcroots/node-db-01")).stdout).toMatch(/^\/nix\/store\/[^/]+-nixos-system-db-01-/);

  const said = await flotilla(ana, "-f", "hive.nix", "exec", "--on", "@web", "--", "hostname");
  expect(said.exitCode).toBe(0);
  for (const name of ["shop-01", "shop-02"]) expect(said.stdout).toContain(name);

  expect(await outcomes(ana, "upload-keys", "--on", "shop-01")).toMatchObject({ exit: 0 });
  expect(await on("shop-01", "cat /run/keys/word")).toBe("first");
});
