import { expect, test } from "vitest";
import { healthyInspection } from "../checks/test-inspection.ts";
import { GenerationNumber } from "../domain/generation-number.ts";
import { HostName } from "../domain/host-name.ts";
import { StorePath } from "../domain/store-path.ts";
import type { HostSession } from "../deploy/host-session.ts";
import type { HostSteps } from "../deploy/deploy-host.ts";
import { unlimited } from "../deploy/in-phase.ts";
import { Deployment } from "../fleet/deployment.ts";
import type { Host } from "../fleet/fleet.ts";
import { thisMachine } from "../ssh/target.ts";
import { fakeConnection } from "../../test/fakes/fake-connection.ts";
import { testProfile } from "../../test/fakes/test-profile.ts";
import { rebuildHost } from "./rebuild-host.ts";
import { rebuildSteps, type RebuildStepWishes } from "./rebuild-steps.ts";

const name = HostName.parse("web-01");
const path = StorePath.parse(`/nix/store/${"1".repeat(32)}-nixos-system-web-01`);
const host: Host = {
  name,
  system: "x86_64-linux",
  deployment: Deployment.parse({}),
  profiles: [testProfile(path)],
  version: null,
  sshPorts: null,
};

/** A machine whose system has these specialisations; what is done to it is written down. */
function scene(wishes: Partial<RebuildStepWishes> = {}, specialisations = "") {
  const done: unknown[] = [];
  const target = {
    host: name,
    address: thisMachine,
    port: null,
    user: null,
    options: [],
    hostKey: null,
    elevation: null,
  };
  const connection = {
    ...fakeConnection(target),
    run: async ({ words }: { words: readonly string[] }) => {
      done.push(words.join(" "));
      return {
        exitCode: specialisations === "" ? 2 : 0,
        stdout: specialisations,
        stderr: "",
        timedOut: false,
        aborted: false,
      };
    },
  };
  const session: HostSession = { connection, inspection: { ...healthyInspection, elevation: ["sudo"] } };
  const standing = { profile: testProfile(path), current: path, generation: null, runs: true, isDefault: true };
  const note = (what: string) => async (): Promise<void> => void done.push(what);
  const steps: HostSteps = {
    emit: () => {},
    halt: new AbortController().signal,
    leave: new AbortController().signal,
    limits: { copy: unlimited, activate: unlimited },
    connect: async () => session,
    refuse: note("refuse"),
    examine: async () => [standing],
    build: note("build"),
    copy: note("copy"),
    gate: note("gate"),
    sendsKeys: false,
    keepsResults: false,
    sendKeys: async () => [],
    dryActivate: async () => [],
    activate: async (_host, _session, goal, generations) => {
      done.push([goal, ...(generations ?? [])]);
      return { end: null, log: [] };
    },
    reboot: async () => null,
  };
  const plain = {
    isBuilt: false,
    generation: null,
    rootOnly: false,
    installBootloader: false,
    onCopied: note("copied"),
  };
  return { done, session, steps: rebuildSteps(steps, { ...plain, ...wishes }) };
}

test("a configuration is built and copied; a system that is built only copied; a generation neither", async () => {
  const rounds = await Promise.all(
    [{}, { isBuilt: true }, { generation: GenerationNumber.parse(41) }].map(async (wishes) => {
      const { done, session, steps } = scene(wishes);
      await steps.build(host, session);
      await steps.copy(host, session);
      await steps.activate(host, session, "switch");
      return done;
    }),
  );
  expect(rounds).toEqual([
    ["build", "copy", "copied", ["switch"]],
    ["copy", "copied", ["switch"]],
    ["copied", ["switch", ["system", 41]]],
  ]);
});

test("a boot loader is written anew also where the system is what boots already", async () => {
  const { session, steps } = scene({ installBootloader: true });
  expect(await steps.examine(host, session)).toMatchObject([{ runs: true, isDefault: false }]);
});

test("--elevate none leaves a login user alone who is not root", async () => {
  const { done, session, steps } = scene({ rootOnly: true });
  await expect(steps.refuse(host, session, "inspected")).rejects.toMatchObject({ code: "E_ELEVATION" });
  expect(done).toEqual([]);
});

test("a specialisation that the system on the machine does not have is named before anything is activated", async () => {
  const wishes = { elevate: null, profileName: "test", specialisation: "debug", targetHost: null } as const;
  const special = rebuildHost(host, wishes, {});
  expect(special.profiles[0]).toMatchObject({
    specialisation: "debug",
    profilePath: "/nix/var/nix/profiles/system-profiles/test",
  });
  const there = scene({}, "debug\nfast\n");
  await there.steps.copy(special, there.session);
  expect(there.done).toEqual(["copy", `ls -1 ${path}/specialisation`, "copied"]);
  const missing = scene({}, "fast\n");
  await expect(missing.steps.copy(special, missing.session)).rejects.toMatchObject({ hint: "it has fast" });
  const none = scene();
  await expect(none.steps.copy(special, none.session)).rejects.toMatchObject({ hint: "it has none at all" });
});

test.each([
  ["sudo", { NIX_SUDOOPTS: "-u 'the root'" }, ["sudo", "-u", "the root", "-H", "--"]],
  ["sudo", {}, null],
  ["run0", {}, ["run0", "--no-ask-password", "--"]],
  ["none", {}, null],
  [null, {}, null],
] as const)("--elevate %s with %j", (elevate, environment, words) => {
  const wishes = { elevate, profileName: "system", specialisation: null, targetHost: "web" };
  const { deployment, profiles } = rebuildHost(host, wishes, environment);
  expect(deployment).toMatchObject({ targetUser: null, privilegeEscalationCommand: words });
  expect(profiles).toEqual(host.profiles);
});
