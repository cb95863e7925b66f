// Shows flotilla at work on three hosts: a deploy, a second one, one that locks itself out and comes back. Ends with a status
// other than 0 when any of it did not go as it must.
import { join } from "node:path";
import { setUp } from "../test/bed/set-up.ts";
import type { TestBed } from "../test/bed/test-bed.ts";
import { DemoRepository } from "./demo-repository.ts";
import { allDone, type DemoStage, narrate, playDemo } from "./demo-stage.ts";

const root = join(import.meta.dirname, "..");
const hostNames = ["db-01", "web-01", "web-02"] as const;

async function createFleet({ bed, directory }: DemoStage): Promise<DemoRepository> {
  const fleet = await DemoRepository.create(directory, bed, { example: "fleet", keysIn: "modules/common.nix" });
  await fleet.begin(bed, "Our fleet");
  return fleet;
}

async function bringUp(bed: TestBed): Promise<void> {
  await allDone(
    hostNames.map(async (name) => {
      const host = await bed.create(name);
      await host.install(await bed.buildSystem(`{ hostName = "${name}"; label = "installed"; }`));
      await host.start();
      await host.waitUntilUp();
    }),
  );
}

async function show(stage: DemoStage, fleet: DemoRepository): Promise<void> {
  narrate("Three machines with a first system, and a flake with their configurations: deploy it.");
  await stage.flotilla(fleet, "deploy", 0);
  await stage.flotilla(fleet, "status", 0);

  narrate("Another release, another page on the web servers.");
  await fleet.edit("modules/common.nix", (text) => text.replace("release-1", "release-2"));
  await fleet.edit("site/index.html", (text) => text.replace(/<\/body>|$/, (end) => `<p>Release 2</p>\n${end}`));
  await fleet.commit("Release 2");
  await stage.flotilla(fleet, "deploy", 0);

  narrate("Now a mistake: web-02 loses its sshd. Nobody could log in to repair it, so it goes back by itself.");
  await fleet.edit("modules/common.nix", (text) => text.replace("release-2", "release-3"));
  await fleet.edit("hosts/web-02.nix", (text) => text.replace(/\}\s*$/, "\n  services.openssh.enable = false;\n}\n"));
  await fleet.commit("Release 3, and a mistake");
  await stage.flotilla(fleet, "deploy --confirm-timeout 6", 1);

  const outcomes = await stage.lastOutcomes(fleet);
  if (outcomes["web-02"] !== "rolled-back") throw new Error(`web-02 ended as ${outcomes["web-02"]}, not rolled-back`);
  const login = await stage.bed.host("web-02").ssh("readlink /run/current-system");
  if (login.exitCode !== 0 || !login.stdout.includes("release-2"))
    throw new Error("web-02 does not run release 2 again");

  narrate("web-02 runs release 2 again, the others release 3; all of it is in the history.");
  await stage.flotilla(fleet, "status", 0);
  await stage.flotilla(fleet, "history", 0);
}

await playDemo({
  setUp,
  show: async (stage) => {
    const [fleet] = await allDone([createFleet(stage), bringUp(stage.bed)]);
    await show(stage, fleet);
    return (bin) => `\
The hosts stay up. To play with them:

  cd ${fleet.directory} && PATH=${bin}:$PATH
  flotilla exec -- uptime
  flotilla deploy                      # after an edit; \`git add\` what is new

While a deploy runs, from ${root}:

  npx node test/bed/bed.ts cut --bed ${stage.bed.number} web-01     # pull its cable; heal puts it back
  npx node test/bed/bed.ts pull --bed ${stage.bed.number} web-01    # pull its power cord; start puts it back`;
  },
});
