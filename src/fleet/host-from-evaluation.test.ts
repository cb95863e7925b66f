import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { testProfile } from "../../test/fakes/test-profile.ts";
import { StorePath } from "../domain/store-path.ts";
import type { EvaluatedHost, FleetOutline } from "../nix/nix.ts";
import { checkPlainNames, hostFromEvaluation } from "./host-from-evaluation.ts";

const hash = "0123456789abcdfghijklmnpqrsvwxyz";
const evaluated = (deployment: unknown = null, name = "web-01"): EvaluatedHost => ({
  name: HostName.parse(name),
  system: "x86_64-linux",
  form: "nixosConfigurations",
  profiles: [testProfile(StorePath.parse(`/nix/store/${hash}-system`))],
  version: "25.05",
  sshPorts: [22],
  deployment,
});
const read = (deployment: unknown, plain: FleetOutline["plain"] = null) =>
  hostFromEvaluation(evaluated(deployment), { plain });
const refused = (deployment: unknown, plain: FleetOutline["plain"] = null): FlotillaError => {
  try {
    read(deployment, plain);
  } catch (error) {
    if (error instanceof FlotillaError) return error;
    throw error;
  }
  throw new Error("it was accepted");
};

describe("a host's settings", () => {
  it("are all defaults without module and output: the name is the address", () => {
    const { host, warnings } = read(null);
    expect(host.deployment).toMatchObject({ targetHost: "web-01", targetUser: "root", tags: [], wave: 0 });
    expect(host.deployment.rollback).toEqual({ enable: true, confirmTimeout: 30, onFailedUnits: "rollback" });
    expect(host).toMatchObject({ name: "web-01", version: "25.05", sshPorts: [22] });
    expect(warnings).toEqual([]);
  });

  it("come from the module where it is imported, and null is a host that is never deployed to", () => {
    expect(read({ targetHost: "10.0.0.1", tags: ["web"] }).host.deployment).toMatchObject({ targetHost: "10.0.0.1" });
    expect(read({ targetHost: null }).host.deployment.targetHost).toBeNull();
  });

  it("take null for absent in a health check, whose types share one submodule", () => {
    const check = { type: "tcp", port: 80, unit: null, url: null, command: null, address: null, name: null };
    expect(read({ healthChecks: [check] }).host.deployment.healthChecks).toEqual([
      {
        type: "tcp",
        port: 80,
        address: "127.0.0.1",
        name: null,
        from: "target",
        interval: 1,
        timeout: 30,
        consecutive: 1,
      },
    ]);
  });

  it("of the plain output are the host's over the defaults, merged as modules are", () => {
    const plain = {
      defaults: {
        tags: ["eu"],
        targetUser: "deploy",
        rollback: { confirmTimeout: 60 },
        privilegeEscalationCommand: ["sudo", "-n"],
      },
      hosts: {
        "web-01": { tags: ["web"], rollback: { enable: false }, privilegeEscalationCommand: ["doas"], targetHost: "h" },
      },
    };
    expect(read(null, plain).host.deployment).toMatchObject({
      tags: ["eu", "web"],
      targetUser: "deploy",
      targetHost: "h",
      rollback: { confirmTimeout: 60, enable: false },
      privilegeEscalationCommand: ["doas"],
    });
    expect(read(null, { ...plain, hosts: {} }).host.deployment).toMatchObject({ tags: ["eu"], targetHost: "web-01" });
  });

  it("of the module win over the plain output, and the operator hears of it", () => {
    const plain = { defaults: {}, hosts: { "web-01": { targetHost: "plain" } } };
    const { host, warnings } = read({ targetHost: "module" }, plain);
    expect(host.deployment.targetHost).toBe("module");
    expect(warnings).toEqual([expect.stringContaining("no effect")]);
    expect(refused({ tags: ["a"] }, { defaults: {}, hosts: { "web-01": { tags: ["b"] } } }).message).toContain(
      "different tags",
    );
  });

  it("of a home are those of the plain output; where no host is named the home has no address but theirs", () => {
    const home = (deployment: unknown, plain: FleetOutline["plain"]) => {
      const { host } = hostFromEvaluation({ ...evaluated(deployment, "alice"), form: "homeConfigurations" }, { plain });
      return host.deployment;
    };
    expect(home(null, null).targetHost).toBe("alice");
    const nowhere = hostFromEvaluation(
      { ...evaluated({ targetHost: null }, "alice"), form: "homeConfigurations" },
      { plain: null },
    );
    expect(nowhere.warnings).toEqual([expect.stringContaining('call it "USER@HOST"')]);
    expect(home({ targetHost: null }, null).targetHost).toBeNull();
    expect(home({ targetHost: null }, { defaults: { tags: ["desk"] }, hosts: {} })).toMatchObject({
      targetHost: null,
      tags: ["desk"],
    });
    const hosts = { alice: { targetHost: "laptop" } };
    expect(home({ targetHost: null }, { defaults: {}, hosts }).targetHost).toBe("laptop");
  });

  it("name profiles only in the module: plain data holds no packages", () => {
    const path = `/nix/store/${hash}-home`;
    const profiles = { alice: { path, activator: "home-manager", user: "alice" } };
    expect(read({ profiles }).host.deployment.profiles).toEqual({
      alice: { path, activator: "home-manager", user: "alice", profilePath: null, order: 0 },
    });
    expect(refused(null, { defaults: {}, hosts: { "web-01": { profiles } } })).toMatchObject({
      code: "E_CONFIGURATION",
      message: expect.stringContaining("profiles cannot be given in the flake output flotilla"),
    });
  });

  it("name the keys that are wrong, and nothing of what is in them", () => {
    const keys = { "db.pass": { text: "hunter2", permissions: "rw" }, tls: { text: "hunter2", permission: "0600" } };
    const error = refused({ keys });
    expect(error).toMatchObject({
      code: "E_CONFIGURATION",
      message: expect.stringContaining(
        'the option deployment.keys."db.pass".permissions: expected three or four octal',
      ),
    });
    expect(error.message).toContain("the option deployment.keys.tls.permission: flotilla knows no such setting");
    expect(error.hint).toBe("it is set in the host's NixOS configuration");
    expect(refused({ keys: { tls: { text: "hunter2", permission: "0600" } } }).hint).toContain("permissions");
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("hunter2");
  });

  it.each([
    [{ targetPort: "22" }, "the option deployment.targetPort: Invalid input: expected number, received string"],
    [{ rollback: { enable: "yes" } }, "the option deployment.rollback.enable: Invalid input: expected boolean"],
    [
      { healthChecks: [{ type: "htp" }] },
      "deployment.healthChecks[0].type: Invalid discriminator value. Expected 'unit'",
    ],
    [
      { healthChecks: [{ type: "unit", unit: "x", from: "operator" }] },
      'healthChecks[0].from: Invalid input: expected "target"',
    ],
    [{ healthChecks: [{ type: "http", url: "file:///etc/passwd" }] }, "expected an http:// or https:// URL"],
    [
      { healthChecks: [{ type: "tcp", port: 80, from: "operator" }] },
      "healthChecks[0]: from the operator a loopback address",
    ],
    [
      { healthChecks: [{ type: "http", url: "http://[::1]/", from: "operator" }] },
      "a loopback address is the operator's own",
    ],
    ["x", "the option deployment: Invalid input: expected object, received string"],
  ])("in the wrong shape are refused: %j", (deployment, message) => {
    expect(refused(deployment)).toMatchObject({
      code: "E_CONFIGURATION",
      host: "web-01",
      message: expect.stringContaining(message),
      hint: expect.stringContaining("NixOS configuration"),
    });
  });

  it.each([
    [{ targethost: "x" }, "deployment.targethost: flotilla knows no such setting", "did you mean targetHost?"],
    [{ rollback: { confirmTimeot: 1 } }, "deployment.rollback.confirmTimeot", "did you mean confirmTimeout?"],
    [
      { healthChecks: [{ type: "unit", unit: "x", intervall: 1 }] },
      "healthChecks[0].intervall",
      "did you mean interval?",
    ],
  ])("with a name that is none are refused with the nearest: %j", (deployment, message, hint) => {
    expect(refused(deployment)).toMatchObject({
      code: "E_CONFIGURATION",
      message: expect.stringContaining(message),
      hint,
    });
  });

  it("in the wrong shape in the plain output name that output", () => {
    expect(refused(null, { defaults: { wave: -1 }, hosts: {} })).toMatchObject({
      message: expect.stringContaining("flotilla.hosts.web-01.wave: "),
      hint: "it is set in the flake output `flotilla`, in hosts or in defaults",
    });
  });

  it("of a host that the flake has not are a mistake", () => {
    const outline: FleetOutline = {
      members: [{ name: HostName.parse("web-01"), form: "nixosConfigurations" }],
      ignoredNames: [],
      otherForms: [],
      settings: {},
      plain: { hosts: { "wbe-01": {} }, defaults: {} },
    };
    expect(() => checkPlainNames(outline)).toThrow(
      expect.objectContaining({ code: "E_CONFIGURATION", hint: "did you mean web-01?" }),
    );
  });
});
