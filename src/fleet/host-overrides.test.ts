import { describe, expect, it } from "vitest";
import { testProfile } from "../../test/fakes/test-profile.ts";
import { HostName } from "../domain/host-name.ts";
import { StorePath } from "../domain/store-path.ts";
import type { EvaluatedHost } from "../nix/nix.ts";
import { type HostOverrides, noOverrides, overriddenHost } from "./host-overrides.ts";

const path = StorePath.parse(`/nix/store/${"0".repeat(32)}-system`);
const home = { ...testProfile(path), name: "home", activator: "home-manager", user: "ana" } as const;
const evaluated: EvaluatedHost = {
  name: HostName.parse("web-01"),
  form: "nixosConfigurations",
  system: "x86_64-linux",
  profiles: [testProfile(path), home],
  version: null,
  sshPorts: null,
  deployment: { targetHost: "10.0.0.1", targetPort: 2222, sshOptions: ["-4"], targetHosts: ["10.0.0.2"] },
};
const read = (overrides: Partial<HostOverrides>) =>
  overriddenHost(evaluated, { plain: null }, { ...noOverrides, ...overrides }).host;

describe("overriddenHost", () => {
  it("is the host as configured where nothing is said", () => {
    expect(read({}).deployment).toMatchObject({
      targetHost: "10.0.0.1",
      targetUser: "root",
      sshOptions: ["-4"],
      privilegeEscalationCommand: null,
      rollback: { enable: true, onFailedUnits: "rollback" },
      substituteOnDestination: true,
    });
  });

  it("puts the operator's words in place of the host's", () => {
    const settings = { sshUser: "deploy", sshOpts: ["-C"], sudo: "doas -u", fastConnection: true };
    expect(read({ settings }).deployment).toMatchObject({
      targetUser: "deploy",
      sshOptions: ["-C"],
      privilegeEscalationCommand: ["doas", "-u", "root"],
      substituteOnDestination: false,
      targetPort: 2222,
    });
  });

  it.each([
    [{ autoRollback: false }, { enable: true, onFailedUnits: "ignore" }],
    [{ magicRollback: false }, { enable: true, onFailedUnits: "rollback" }],
    [
      { autoRollback: false, magicRollback: false },
      { enable: false, onFailedUnits: "ignore" },
    ],
    [{ autoRollback: true }, { enable: true, onFailedUnits: "rollback" }],
  ])("with %j the rollback is %j", (settings, rollback) => {
    expect(read({ settings }).deployment.rollback).toMatchObject(rollback);
  });

  it("gives profiles another user, but never a system", () => {
    expect(read({ settings: { user: "bob" } }).profiles.map(({ user }) => user)).toEqual([null, "bob"]);
    expect(read({ settings: { user: "root" } }).profiles.map(({ user }) => user)).toEqual([null, null]);
  });

  it("keeps the profiles that are meant", () => {
    const profiles = new Map([["web-01", ["home"]]]);
    expect(read({ profiles }).profiles.map(({ name }) => name)).toEqual(["home"]);
    expect(read({ profiles: new Map([["other", ["home"]]]) }).profiles).toHaveLength(2);
    expect(() => read({ profiles: new Map([["web-01", ["system", "hmoe"]]]) })).toThrow(
      expect.objectContaining({ code: "E_SELECTION", hint: "did you mean home?" }),
    );
  });

  it("reaches it elsewhere, and nowhere else", () => {
    const addresses = new Map([["web-01", "ana@[fd00::1]:22"]]);
    expect(read({ addresses }).deployment).toMatchObject({
      targetHost: "fd00::1",
      targetHosts: [],
      targetUser: "ana",
      targetPort: 22,
    });
    expect(() => read({ addresses: new Map([["web-01", "-oProxyCommand=x"]]) })).toThrow(
      expect.objectContaining({ code: "E_USAGE" }),
    );
  });

  it("refuses an elevation that cannot be read", () => {
    expect(() => read({ settings: { sudo: "sudo 'x" } })).toThrow(expect.objectContaining({ code: "E_USAGE" }));
  });
});
