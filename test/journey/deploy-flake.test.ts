// deploy-flake's way: destinations by address, hosts that evaluate and build from the flake and its inputs, a check beforehand.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Host } from "../bed/host.ts";
import { fleetFlake, Scene, seenOn, type Wish } from "../fault/scene.ts";
import { endsOf, Operator } from "./operator.ts";

let scene: Scene;
let hosts: readonly Host[];
beforeAll(async () => {
  scene = await Scene.create();
  hosts = await scene.hosts({ web: {}, db: {} });
});
afterAll(() => scene?.destroy());

test("machines are named by their addresses, and build from the flake and its inputs, which are sent", async () => {
  const [web, db] = hosts;
  if (web === undefined || db === undefined) throw new Error("no hosts");
  const ana = await Operator.withFleet(scene.bed, "ana", {});
  const words = join(ana.home, "words");
  const wish: Wish = {
    system: 'label = "2-${words.label}"; users = { }; payloadMiB = 1;',
    deployment: "activationTimeout = 120;",
  };
  const flake = fleetFlake(
    new Map([
      ["web", wish],
      ["db", wish],
    ]),
  ).replace("outputs = _:", `inputs.words.url = "path:${words}"; outputs = { words, ... }:`);
  await ana.write("flake.nix", flake);
  await ana.write("../words/flake.nix", '{ outputs = _: { label = "sent"; }; }');
  await ana.shell("git init -q; git add -A; nix flake lock");
  await ana.commit();

  const destinations = [`root@${web.address}`, `nixos://root@${db.address}/db`];
  const checked = await ana.flotilla(["deploy", "--json", "--pre-activate-script", "sw/bin/false", ...destinations]);
  expect(endsOf(checked)).toEqual({ web: "refused E_PRE_ACTIVATE", db: "refused E_PRE_ACTIVATE", exit: 3 });
  expect((await seenOn(web)).running).not.toContain("sent");

  const ended = await ana.flotilla(["deploy", "--json", "--build-on", "target-flake", ...destinations]);
  expect(endsOf(ended)).toEqual({ web: "deployed", db: "deployed", exit: 0 });
  for (const host of [web, db]) {
    const { bootsNext, running } = await seenOn(host);
    expect(running).toMatch(new RegExp(`-nixos-system-${host.name}-2-sent$`));
    expect(bootsNext).toBe(running);
    // It was evaluated there.
    expect((await host.ssh("cat /nix/store/*-source/flake.nix")).stdout).toContain('label = "sent"');
  }
});
