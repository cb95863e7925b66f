// Macs, played by a host of the bed (test/bed/play-mac.ts): launchd's part is a stand-in; ssh, Nix, the profile, the guard
// without systemd and its processes are real.
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bedFile } from "../bed/places.ts";
import type { Host } from "../bed/host.ts";
import { playMac } from "../bed/play-mac.ts";
import { hold, release, runOf, standStill } from "../fault/change.ts";
import { eventsOf, Scene, until } from "../fault/scene.ts";
import { waitUntil } from "../bed/wait-until.ts";
import { endsOf, Operator } from "./operator.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.create();
});
afterAll(() => scene?.destroy());

/** A Mac, and someone whose flake has it. */
async function macOf(
  name: string,
  settings = "",
): Promise<{ ana: Operator; mac: Host; write: (module: string, outputs?: string) => Promise<void> }> {
  const mac = await scene.host(name, { system: 'users.ana.sudo = "nopasswd";' });
  await playMac(mac);
  const ana = await Operator.create(scene.bed, name);
  for (const part of ["system", "nixpkgs"]) await cp(bedFile(part), join(ana.flake, part), { recursive: true });
  const write = async (module: string, outputs = ""): Promise<void> =>
    ana.write(
      "flake.nix",
      `{
        outputs = _: {
          darwinConfigurations.${name} = (import ./nixpkgs).lib.darwinSystem {
            modules = [ { nixpkgs.hostPlatform = "x86_64-darwin"; ${module} } ];
          };
          ${outputs}
          flotilla.defaults = { activationTimeout = 60; rollback.confirmTimeout = 8; ${settings} };
        };
      }`,
    );
  return { ana, mac, write };
}

const label = (text: string): string =>
  `system.darwinLabel = "${text}"; environment.etc.greeting.text = "${text}"; launchd.daemons.hello.command = "${text}";`;

/** What runs, what the profile holds and its generations, and a file of the system. */
async function stateOf(mac: Host): Promise<string> {
  const { stdout } = await mac.ssh(
    "cat /run/current-system/darwin-version; echo; cd /nix/var/nix/profiles; readlink system; ls -d system-*-link | wc -l; cat /etc/greeting",
  );
  return stdout.split("\n").join(" ");
}

/** Waits until the guard of a run has written down how it ended. */
async function guardEnds(mac: Host, run: string): Promise<void> {
  const outcome = `cat /run/flotilla/runs/${run}/outcome || cat /var/lib/flotilla/runs/${run}/outcome`;
  await waitUntil(
    `the end of the guard of ${mac.name}`,
    async () => (await mac.exec(["sh", "-c", outcome])).stdout !== "",
    { deadline: 90_000, pause: 100 },
  );
}

test("a Mac is deployed, broken, and goes back to the very generation it had", async () => {
  const { ana, mac, write } = await macOf("studio");
  const deploy = async (...words: readonly string[]): Promise<unknown> =>
    endsOf(await ana.flotilla(["deploy", "--json", ...words]));

  // The first one: there is no nix-darwin to go back to.
  await write(`${label("0")} launchd.daemons.bad.command = "does not start";`);
  const first = await ana.flotilla(["deploy", "--json"]);
  expect(endsOf(first)).toEqual({ studio: "failed E_ACTIVATION", exit: 1 });
  expect(first.stdout).toContain("nothing to go back to");
  expect((await mac.ssh("ls /nix/var/nix/profiles")).stdout).not.toContain("system");

  await write(label("1"));
  expect(await deploy()).toEqual({ studio: "deployed", exit: 0 });
  expect(await stateOf(mac)).toBe("1 system-1-link 1 1");
  expect((await mac.ssh("cat /opt/mac/launchctl.log")).stdout).toContain("bootstrap system /nix/store/");
  expect(await deploy()).toEqual({ studio: "unchanged", exit: 0 });

  await write(label("2"));
  expect(await deploy("boot")).toEqual({ studio: "refused E_USAGE", exit: 3 });
  expect(await deploy()).toEqual({ studio: "deployed", exit: 0 });
  expect(await stateOf(mac)).toBe("2 system-2-link 2 2");

  await write(`${label("3")} launchd.daemons.bad.command = "does not start";`);
  const failed = await ana.flotilla(["deploy", "--json"]);
  expect(endsOf(failed)).toEqual({ studio: "rolled-back E_ACTIVATION", exit: 1 });
  expect(failed.events).toContainEqual(
    expect.objectContaining({ type: "host-log", line: "Bootstrap failed: 5: Input/output error" }),
  );
  expect(await stateOf(mac)).toBe("2 system-2-link 2 2");

  await write(label("2"));
  const status = await ana.shell("flotilla status --json");
  expect(JSON.parse(status.stdout)).toMatchObject([
    {
      host: "studio",
      problem: null,
      needsReboot: false,
      version: "2",
      generation: 2,
      lastRun: { outcome: "rolled-back" },
    },
  ]);
  expect(endsOf(await ana.flotilla(["rollback", "--json", "--to", "1"]))).toEqual({ studio: "deployed", exit: 0 });
  expect(await stateOf(mac)).toBe("1 system-1-link 2 1");

  // This one cannot: it plays. It is told at once, and the change is kept.
  await write(label("3"));
  expect(await deploy("switch", "--reboot")).toEqual({ studio: "failed E_REBOOT", exit: 1 });
  expect(await stateOf(mac)).toBe("3 system-3-link 3 3");
});

test("a Mac whose line is cut before it was confirmed goes back by itself", async () => {
  const { ana, mac, write } = await macOf("mini");
  await write(label("1"));
  expect(endsOf(await ana.flotilla(["deploy", "--json"]))).toEqual({ mini: "deployed", exit: 0 });

  await write(`${label("2")} system.activationScripts.postActivation.text = "echo held; ${standStill}";`);
  await hold(mac);
  const running = await ana.start(["flotilla", "deploy", "--json"]);
  await until(running, "the activation", (event) => event.type === "host-log" && event.line === "held");
  await mac.cutCable();
  await release(mac);
  await guardEnds(mac, await runOf(running));
  await mac.healCable();
  const { exitCode, stdout } = await running.finished;
  const events = eventsOf(stdout);
  expect(endsOf({ exitCode, stdout, stderr: "", events })).toEqual({ mini: "rolled-back E_CONFIRM_TIMEOUT", exit: 1 });
  expect(await stateOf(mac)).toBe("1 system-1-link 1 1");
});

test("a Mac whose guard is killed while it activates is brought back by the one that watches", async () => {
  const { ana, mac, write } = await macOf("pro");
  await write(label("1"));
  expect(endsOf(await ana.flotilla(["deploy", "--json"]))).toEqual({ pro: "deployed", exit: 0 });

  await write(`${label("2")} system.activationScripts.postActivation.text = "echo held; ${standStill}";`);
  await hold(mac);
  const running = await ana.start(["flotilla", "deploy", "--json"]);
  await until(running, "the activation", (event) => event.type === "host-log" && event.line === "held");
  // While it is held another run is refused: the holder is known without systemd.
  expect(endsOf(await ana.flotilla(["deploy", "--json"]))).toEqual({ pro: "refused E_LOCKED", exit: 3 });
  await mac.exec(["sh", "-c", 'holder=$(readlink /run/flotilla/lock); kill -KILL "${holder%%:*}"']);
  await guardEnds(mac, await runOf(running));
  await release(mac);
  const { exitCode, stdout } = await running.finished;
  expect(endsOf({ exitCode, stdout, stderr: "", events: eventsOf(stdout) })).toEqual({
    pro: "rolled-back E_GUARD_LOST",
    exit: 1,
  });
  expect(await stateOf(mac)).toBe("1 system-1-link 1 1");
});

const keys = 'keys.token = { text = "hunter2"; destDir = "/var/keys"; user = "ana"; };';

test("a Mac whose user may become root is deployed by that user, and an older nix-darwin activates as that user, too", async () => {
  const { ana, mac, write } = await macOf("air", `targetUser = "ana"; ${keys}`);
  const older = (text: string): string =>
    `${label(text)} system.activationScripts.extraUserActivation.text = "echo ${text} $(id -un) >$HOME/activated";`;
  const activated = async (): Promise<string> => (await mac.ssh("cat /home/ana/activated")).stdout;
  await write(older("1"));
  expect(endsOf(await ana.flotilla(["deploy", "--json"]))).toEqual({ air: "deployed", exit: 0 });
  expect([await stateOf(mac), await activated()]).toEqual(["1 system-1-link 1 1", "1 ana"]);

  await write(`${older("2")} launchd.daemons.bad.command = "does not start";`);
  expect(endsOf(await ana.flotilla(["deploy", "--json"]))).toEqual({ air: "rolled-back E_ACTIVATION", exit: 1 });
  expect([await stateOf(mac), await activated()]).toEqual(["1 system-1-link 1 1", "1 ana"]);
  const key = await mac.exec(["sh", "-c", "stat -c '%U %a' /var/keys/token; cat /var/keys/token"]);
  expect(key.stdout).toBe("ana 600\nhunter2");

  // A home, without what only Linux has for becoming its user.
  const home = (text: string): string => `
    homeConfigurations."ana@air" = (import ./nixpkgs).lib.homeManagerConfiguration {
      pkgs = (import ./nixpkgs).legacyPackages.x86_64-darwin;
      modules = [ {
        home = { username = "ana"; homeDirectory = "/home/ana"; stateVersion = "25.05"; ${text} };
      } ];
    };`;
  const deployHome = async (text: string): Promise<unknown> => {
    await write(label("1"), home(text));
    return endsOf(await ana.flotilla(["deploy", "--json", "--from", "homeConfigurations"]));
  };
  const homeOf = async (): Promise<string> =>
    (await mac.ssh("cat /home/ana/.greeting; cd /home/ana/.local/state/nix/profiles; readlink home-manager")).stdout;
  expect(await deployHome('file.".greeting".text = "one\\n";')).toEqual({ air: "deployed", exit: 0 });
  expect(await homeOf()).toBe("one\nhome-manager-1-link");
  expect(await deployHome('file.".greeting".text = "two\\n"; activation.late = "exit 3";')).toEqual({
    air: "rolled-back E_ACTIVATION",
    exit: 1,
  });
  expect(await homeOf()).toBe("one\nhome-manager-1-link");
});
