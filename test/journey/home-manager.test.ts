// Homes on a real host: activated as whom they belong to, broken, and taken back to the very generation there was.
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { bedFile } from "../bed/places.ts";
import type { Host } from "../bed/host.ts";
import { Scene } from "../fault/scene.ts";
import { endsOf, Operator } from "./operator.ts";

let scene: Scene;
let laptop: Host;
let desk: Host;
const users = 'users = { alice = { }; bob = { sudo = "nopasswd"; }; };';
beforeAll(async () => {
  scene = await Scene.create();
  laptop = await scene.host("laptop", { system: users });
  desk = await scene.host("desk", { system: users });
});
afterAll(() => scene?.destroy());

/** Someone with a repository of homes: by name, what is in them beside the user, as Nix text. */
async function withHomes(
  name: string,
): Promise<{ ana: Operator; write: (homes: Readonly<Record<string, string>>, outputs?: string) => Promise<void> }> {
  const ana = await Operator.create(scene.bed, name);
  for (const part of ["system", "nixpkgs"]) await cp(bedFile(part), join(ana.flake, part), { recursive: true });
  const write = async (homes: Readonly<Record<string, string>>, outputs = ""): Promise<void> =>
    ana.write("flake.nix", flakeOf(homes, outputs));
  return { ana, write };
}

const flakeOf = (homes: Readonly<Record<string, string>>, outputs: string): string => `{
  outputs = { self }: let
    nixpkgs = import ./nixpkgs;
    home = name: module: nixpkgs.lib.homeManagerConfiguration {
      pkgs = nixpkgs.legacyPackages.x86_64-linux;
      modules = [
        rec {
          home.username = builtins.head (builtins.split "@" name);
          home.homeDirectory = "/home/\${home.username}";
          home.stateVersion = "25.05";
        }
        module
      ];
    };
  in {
    homeConfigurations = builtins.mapAttrs home {
      ${Object.entries(homes)
        .map(([name, module]) => `"${name}" = { ${module} };`)
        .join("\n")}
    };
    ${outputs}
  };
}
`;

const greeting = (text: string): string => `home.file.".greeting".text = "${text}";`;

/** What a user has there: the greeting, the generation of the profile and who owns it, and how many generations there are. */
async function homeOf(host: Host, user: string): Promise<string> {
  const directory = `/home/${user}/.local/state/nix/profiles`;
  const { stdout } = await host.ssh(
    `cat /home/${user}/.greeting; echo; cd ${directory} && readlink home-manager; stat -c %U home-manager; ls -d home-manager-*-link | wc -l`,
  );
  return stdout.split("\n").join(" ");
}

test("a home is deployed as its user, broken, and gone back with to a generation by its number", async () => {
  const { ana, write } = await withHomes("laptop");
  const deploy = async (...words: readonly string[]): Promise<unknown> =>
    endsOf(await ana.flotilla(["deploy", "--json", ...words]));
  const [alice, bob] = ["alice@laptop", "bob@laptop"];

  await write({ [alice]: greeting("one"), [bob]: greeting("bob") });
  expect(await deploy()).toEqual({ laptop: "deployed", exit: 0 });
  expect(await homeOf(laptop, "alice")).toBe("one home-manager-1-link alice 1");
  expect(await homeOf(laptop, "bob")).toBe("bob home-manager-1-link bob 1");
  expect(await deploy()).toEqual({ laptop: "unchanged", exit: 0 });

  await write({ [alice]: `${greeting("two")} home.file."deep/er".text = "";`, [bob]: greeting("bob") });
  expect(await deploy()).toEqual({ laptop: "deployed", exit: 0 });
  expect(await homeOf(laptop, "alice")).toBe("two home-manager-2-link alice 2");

  // Bob's fails once its files are there: they and alice's, which went well, go back.
  const broken = `${greeting("none")} home.activation.late = "echo the disk of bob is full; exit 3";`;
  await write({ [alice]: greeting("three"), [bob]: broken });
  const failed = await ana.flotilla(["deploy", "--json"]);
  expect(endsOf(failed)).toEqual({ laptop: "rolled-back E_ACTIVATION", exit: 1 });
  expect(failed.events).toContainEqual(expect.objectContaining({ type: "host-log", line: "the disk of bob is full" }));
  expect(await homeOf(laptop, "alice")).toBe("two home-manager-2-link alice 2");
  expect(await homeOf(laptop, "bob")).toBe("bob home-manager-1-link bob 1");
  expect((await laptop.ssh("ls /home/alice/deep")).stdout).toBe("er");

  const rollback = async (...words: readonly string[]): Promise<unknown> =>
    endsOf(await ana.flotilla(["rollback", "--json", "--profile", "home-alice", ...words]));
  const listed = await ana.shell("flotilla generations laptop --profile home-alice --json");
  const numbers = z.array(z.object({ generation: z.number(), current: z.boolean() }));
  expect(numbers.parse(JSON.parse(listed.stdout))).toMatchObject([
    { generation: 2, current: true },
    { generation: 1, current: false },
  ]);
  expect(await rollback("--to", "1")).toEqual({ laptop: "deployed", exit: 0 });
  expect(await homeOf(laptop, "alice")).toBe("one home-manager-1-link alice 2");
  expect((await laptop.ssh("test -e /home/alice/deep/er")).exitCode).not.toBe(0);
  expect(await rollback("--to", "7")).toEqual({ laptop: "refused E_NO_SUCH_GENERATION", exit: 3 });
});

test("a home whose host no name tells is deployed where the operator says", async () => {
  const { ana, write } = await withHomes("bare");
  await write({ bob: greeting("where am I") });
  const nowhere = await ana.flotilla(["deploy", "--json"]);
  expect(endsOf(nowhere)).toMatchObject({ bob: "skipped E_NOT_DEPLOYED" });
  // By a user who may become root, which bob may.
  await write({ bob: greeting("here") }, 'flotilla.hosts.bob = { targetHost = "desk"; targetUser = "bob"; };');
  expect(endsOf(await ana.flotilla(["deploy", "--json"]))).toEqual({ bob: "deployed", exit: 0 });
  expect(await homeOf(desk, "bob")).toBe("here home-manager-1-link bob 1");
});

test("a home beside the system goes back with it, and the system with the home", async () => {
  const { ana, write } = await withHomes("both");
  const hostWith = (label: string): string => `
    nixosConfigurations.desk = {
      config.system.build.toplevel = import ./system/system.nix { hostName = "desk"; label = "${label}"; ${users} };
      config.system.nixos.label = "${label}";
      config.deployment = {
        rollback.confirmTimeout = 60;
        profiles.alice = {
          activator = "home-manager";
          user = "alice";
          profilePath = null;
          order = 0;
          path = self.homeConfigurations.alice.activationPackage;
        };
      };
      pkgs.stdenv.hostPlatform.system = "x86_64-linux";
    };`;
  const running = async (): Promise<string> => (await desk.ssh("cat /run/current-system/nixos-version")).stdout;
  const deploy = async (): Promise<unknown> => endsOf(await ana.flotilla(["deploy", "--json"]));

  await write({ alice: greeting("one") }, hostWith("2"));
  expect(await deploy()).toEqual({ desk: "deployed", exit: 0 });
  expect([await running(), await homeOf(desk, "alice")]).toEqual(["2", "one home-manager-1-link alice 1"]);

  await write({ alice: `${greeting("two")} home.activation.late = "exit 3";` }, hostWith("3"));
  expect(await deploy()).toEqual({ desk: "rolled-back E_ACTIVATION", exit: 1 });
  expect([await running(), await homeOf(desk, "alice")]).toEqual(["2", "one home-manager-1-link alice 1"]);

  // Only the home is another: the system is there already.
  await write({ alice: greeting("three") }, hostWith("2"));
  expect(await deploy()).toEqual({ desk: "deployed", exit: 0 });
  expect(await homeOf(desk, "alice")).toBe("three home-manager-2-link alice 2");
});
