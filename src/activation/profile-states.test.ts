import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { StorePath } from "../domain/store-path.ts";
import { dryActivation } from "./dry-activation.ts";
import { underEachShell } from "./each-shell.test-support.ts";
import type { GuardProfile } from "./guard.ts";
import { listProfileGenerations, type ProfileState, profileStates } from "./profile-states.ts";
import type { TestHost } from "./test-host.test-support.ts";
import { addProfile, darwin, haveGenerations, home, service, wrapSystem } from "./test-profiles.test-support.ts";

const profiles = "home/ana/.local/state/nix/profiles";
const { signal } = new AbortController();

/** How one profile stands; test paths are in no store, so that what it holds is not told. */
async function stateOf(target: TestHost, profile: GuardProfile): Promise<Omit<ProfileState, "name" | "current">> {
  const [state] = await profileStates(target.connection(), [profile], signal);
  const { profilePath, generation, isActive } = state ?? { profilePath: null, generation: null, isActive: false };
  return { profilePath: profilePath?.replace(`${target.root}/`, "") ?? null, generation, isActive };
}

await underEachShell(["dash", "busybox", "bash"], (host) => {
  test("a system is active when its profile holds it and it runs", async () => {
    await using target = await host();
    const old = await target.systemOf(1);
    const state = { profilePath: "nix/var/nix/profiles/system", generation: 1 };
    expect(await stateOf(target, target.profile(old, { profilePath: null }))).toEqual({ ...state, isActive: true });
    const other = await target.addSystem("other", {});
    expect(await stateOf(target, target.profile(other))).toEqual({ ...state, isActive: false });
    await rm(join(target.root, "run/current-system"));
    await symlink(other, join(target.root, "run/current-system"));
    expect(await stateOf(target, target.profile(old))).toEqual({ ...state, isActive: false });
  });

  test("of a system that deploy-rs has wrapped, what is in it runs", async () => {
    await using target = await host();
    const wrapped = await wrapSystem(target, "wrapped", await target.systemOf(1), "plain");
    const profile = target.profile(wrapped, { activator: "deploy-rs", profilePath: null });
    expect(await stateOf(target, profile)).toMatchObject({ isActive: false });
    await haveGenerations(target, "nix/var/nix/profiles/wrapped", [wrapped]);
    const elsewhere = join(target.root, "nix/var/nix/profiles/wrapped");
    expect(await stateOf(target, { ...profile, profilePath: elsewhere })).toMatchObject({ isActive: true });
  });

  test("where profiles are that say no place", async () => {
    await using target = await host();
    const path = await addProfile(target, "profile", { kind: "deploy-rs" });
    const places = async (): Promise<(string | null)[]> => {
      const asked = [
        service(path, { user: "root", name: "system" }),
        service(path, { user: "root", name: "proxy" }),
        service(path),
        home(path),
        darwin(path),
        service(path, { user: "nobody-here" }),
      ];
      const states = await profileStates(target.connection(), asked, signal);
      return states.map(({ profilePath }) => profilePath?.replace(`${target.root}/`, "") ?? null);
    };
    const everywhere = ["nix/var/nix/profiles/system", "nix/var/nix/profiles/per-user/root/proxy"];
    expect(await places()).toEqual([
      ...everywhere,
      `${profiles}/service`,
      `${profiles}/home-manager`,
      "nix/var/nix/profiles/system",
      null,
    ]);
    // As before Nix 2.14.
    await mkdir(join(target.root, "nix/var/nix/profiles/per-user/ana"), { recursive: true });
    expect(await places()).toEqual([
      ...everywhere,
      "nix/var/nix/profiles/per-user/ana/service",
      "nix/var/nix/profiles/per-user/ana/home-manager",
      "nix/var/nix/profiles/system",
      null,
    ]);
    await mkdir(join(target.root, profiles), { recursive: true });
    expect((await places())[3]).toBe(`${profiles}/home-manager`);
  });

  test("the generations of a home, newest first", async () => {
    await using target = await host();
    const paths = "abcdefghij".split("").map((name) => StorePath.parse(`/nix/store/${"0".repeat(32)}-${name}`));
    await haveGenerations(target, `${profiles}/home-manager`, paths);
    const path = await addProfile(target, "home", { kind: "home-manager" });
    const date = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    const listed = await listProfileGenerations(target.connection(), home(path), signal);
    expect(listed.slice(0, 2)).toEqual([
      { generation: 10, path: paths[9], date },
      { generation: 9, path: paths[8], date },
    ]);
    expect(listed).toHaveLength(10);
  });

  test("a user's profile says nothing of another's, whatever the name of what it leads to", async () => {
    await using target = await host();
    const forged = "x\nstate\t2\t/forged\t/nix/store/forged\t7\tyes\ngeneration\t7\tforged\t2020-01-01 00:00:00\n";
    const theirs = await addProfile(target, `${forged}/x`, { kind: "deploy-rs" });
    await haveGenerations(target, `${profiles}/service`, [theirs]);
    const asked = [service(theirs), target.profile(await target.addSystem("new", {}))];
    const states = await profileStates(target.connection(), asked, signal);
    expect(states.map(({ name, isActive }) => [name, isActive])).toEqual([
      ["service", false],
      ["system", false],
    ]);
    expect(await listProfileGenerations(target.connection(), service(theirs), signal)).toEqual([]);
  });

  test("a dry activation runs the profile's own, and sets nothing", async () => {
    await using target = await host();
    const during = 'echo "$PROFILE $DRY_ACTIVATE $BOOT ${DRY_RUN:-}"';
    const path = await addProfile(target, "dry", { kind: "deploy-rs", during });
    const command = dryActivation(service(path));
    expect(command).not.toBeNull();
    const { exitCode, stdout } = await target.connection().run(command ?? { words: [], asRoot: true, deadline: 1 });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${path} 1 0 \n` });
    expect(await stateOf(target, service(path))).toMatchObject({ generation: null });
    expect(dryActivation(darwin(path))).toBeNull();
  });
});
