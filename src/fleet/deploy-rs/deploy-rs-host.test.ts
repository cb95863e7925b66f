import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { testProfile } from "../../../test/fakes/test-profile.ts";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import { HostName } from "../../domain/host-name.ts";
import { StorePath } from "../../domain/store-path.ts";
import type { EvaluatedHost } from "../../nix/nix.ts";
import { Deployment } from "../deployment.ts";
import type { Host } from "../fleet.ts";
import { type DeployRsRequest, deployRsHost, asWritten } from "./deploy-rs-host.ts";

const path = StorePath.parse("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-activatable");

type Options = Readonly<Record<string, unknown>>;
interface Written {
  readonly deploy?: Options;
  readonly node?: Options;
  readonly profiles?: Readonly<Record<string, Options>>;
}

const evaluated = ({ deploy = {}, node = {}, profiles = { system: { user: "root" } } }: Written): EvaluatedHost => ({
  name: HostName.parse("web.example"),
  form: "deploy",
  system: "x86_64-linux",
  version: null,
  sshPorts: null,
  profiles: Object.entries(profiles).flatMap(([name, options]) =>
    options["path"] === undefined ? [testProfile(path, { name, activator: "deploy-rs", profilePath: null })] : [],
  ),
  deployment: {
    deploy,
    node: { hostname: "10.0.0.1", ...node },
    profiles: Object.fromEntries(Object.entries(profiles).map(([name, options]) => [name, { path, ...options }])),
  },
});

const read = (written: Written, request: Partial<DeployRsRequest> = {}, base = Deployment.parse({})) =>
  deployRsHost(evaluated(written), base, { ...asWritten, ...request });

function refused(written: Written, request: Partial<DeployRsRequest> = {}): FlotillaError {
  try {
    read(written, request);
  } catch (error) {
    if (error instanceof FlotillaError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("a node of deploy-rs", () => {
  it("is reached at its hostname, as whoever ssh says, with deploy-rs's defaults", () => {
    const { deployment, name, profiles, system } = read({});
    expect({ name, system }).toEqual({ name: "web.example", system: "x86_64-linux" });
    expect(deployment).toEqual({
      ...Deployment.parse({}),
      targetHost: "10.0.0.1",
      targetUser: null,
      activationTimeout: 240,
    });
    expect(profiles).toMatchObject([{ name: "system", activator: "deploy-rs", user: null, profilePath: null, path }]);
  });

  it("takes ssh's options and the words for root as they are written", () => {
    const { deployment } = read({
      deploy: { sshOpts: ["-C"], sudo: "doas -u" },
      node: { sshOpts: ["-p", "22"], sshUser: "admin" },
    });
    expect(deployment).toMatchObject({
      targetUser: "admin",
      targetPort: null,
      sshOptions: ["-p", "22", "-C"],
      privilegeEscalationCommand: ["doas", "-u", "root"],
    });
  });

  it.each([
    [["z"], ["z", "system", "a", "m"]],
    [
      ["m", "system"],
      ["m", "system", "a", "z"],
    ],
    [[], ["system", "a", "m", "z"]],
  ])("has the profiles of profilesOrder %j first, then the system, then the others by name", (profilesOrder, names) => {
    const profiles = Object.fromEntries(["z", "system", "a", "m"].map((name) => [name, { user: "root" }]));
    expect(read({ node: { profilesOrder }, profiles }).profiles.map(({ name }) => name)).toEqual(names);
  });

  it("has each profile belong to its user, or else to who logs in", () => {
    const { profiles } = read({
      node: { sshUser: "admin" },
      profiles: { home: {}, service: { user: "www", profilePath: "/srv/www/profile" }, system: { user: "root" } },
    });
    expect(profiles.map(({ user, profilePath }) => ({ user, profilePath }))).toEqual([
      { user: null, profilePath: null },
      { user: "admin", profilePath: null },
      { user: "www", profilePath: "/srv/www/profile" },
    ]);
  });

  it("is logged into as who leads to root, and otherwise as the first profile's user", () => {
    const hello = { user: "hello", sshUser: "hello", sshOpts: ["-4"] };
    const system = { user: "root", sshUser: "admin", sshOpts: ["-6"] };
    expect(read({ profiles: { hello, system } }).deployment).toMatchObject({
      targetUser: "admin",
      sshOptions: ["-6"],
    });
    expect(read({ profiles: { hello, system } }, { profiles: ["hello"] })).toMatchObject({
      deployment: { targetUser: "hello", sshOptions: ["-4"] },
      profiles: [{ name: "hello" }],
    });
  });

  it("is as patient and as careful as the most patient and careful of its profiles", () => {
    const one = { user: "root", confirmTimeout: 5, activationTimeout: 600, autoRollback: false, magicRollback: false };
    const two = { user: "root", confirmTimeout: 90, fastConnection: true };
    expect(read({ profiles: { one, two } }).deployment).toMatchObject({
      activationTimeout: 600,
      rollback: { enable: true, confirmTimeout: 90, onFailedUnits: "rollback" },
      substituteOnDestination: true,
      buildOnTarget: false,
    });
    expect(read({ profiles: { one } }).deployment).toMatchObject({
      rollback: { enable: false, onFailedUnits: "ignore" },
    });
  });

  it.each([
    [true, true, true, "rollback"],
    [true, false, true, "rollback"],
    [false, true, true, "ignore"],
    [false, false, false, "ignore"],
  ])("autoRollback %s, magicRollback %s", (autoRollback, magicRollback, enable, onFailedUnits) => {
    expect(read({ deploy: { autoRollback, magicRollback } }).deployment.rollback).toMatchObject({
      enable,
      onFailedUnits,
    });
  });

  it("is built there, and copied to whole, where that is what is set", () => {
    expect(read({ deploy: { remoteBuild: true, fastConnection: true } }).deployment).toMatchObject({
      buildOnTarget: true,
      substituteOnDestination: false,
    });
  });

  it("keeps what the plain output says and deploy-rs has no words for", () => {
    const base = Deployment.parse({ tags: ["web"], sshOptions: ["-C"], targetUser: "eve" });
    expect(read({ node: { sshOpts: ["-4"] } }, {}, base).deployment).toMatchObject({
      tags: ["web"],
      sshOptions: ["-4", "-C"],
      targetUser: null,
    });
  });

  it("lets the operator replace what is set", () => {
    const host = read(
      { node: { sshUser: "admin" }, profiles: { system: { user: "root", confirmTimeout: 5 } } },
      { settings: { sshUser: "eve", user: "bob", confirmTimeout: 60, sshOpts: ["-4"] } },
    );
    expect(host.deployment).toMatchObject({
      targetUser: "eve",
      sshOptions: ["-4"],
      rollback: { confirmTimeout: 60 },
    });
    expect(host.profiles[0].user).toBe("bob");
  });
});

describe("what is wrong with a node", () => {
  it.each<readonly [string, Written, string]>([
    [
      "an unknown option",
      { deploy: { sshUsr: "ana" } },
      "deploy.sshUsr: deploy-rs has no such option; did you mean sshUser?",
    ],
    ["a node's", { node: { host: "x" } }, 'deploy.nodes."web.example".host: deploy-rs has no such option'],
    [
      "a profile's",
      { profiles: { system: { user: "root", pth: 1 } } },
      'deploy.nodes."web.example".profiles.system.pth: deploy-rs has no such option; did you mean path?',
    ],
    [
      "a wrong type",
      { node: { sshOpts: ["-p", 22] } },
      'deploy.nodes."web.example".sshOpts[1]: expected a string, and it is a number',
    ],
    ["no hostname", { node: { hostname: undefined } }, 'deploy.nodes."web.example".hostname: it is missing'],
    [
      "a flag as hostname",
      { node: { hostname: "-oProxyCommand=x" } },
      'deploy.nodes."web.example".hostname: expected an address or a name that ssh knows',
    ],
    [
      "a user in the hostname",
      { node: { hostname: "ana@web" } },
      'deploy.nodes."web.example".hostname: expected an address or a name that ssh knows',
    ],
    ["a flag as user", { deploy: { user: "-x" } }, "deploy.user: expected the name of a user"],
    [
      "a time of none",
      { deploy: { confirmTimeout: 0 } },
      "deploy.confirmTimeout: expected a number of seconds from 1 to 65535",
    ],
    [
      "an unknown name in the order",
      { node: { profilesOrder: ["sytem"] } },
      'deploy.nodes."web.example".profilesOrder: there is no profile sytem; did you mean system?',
    ],
    [
      "a name twice in the order",
      { node: { profilesOrder: ["system", "system"] } },
      'deploy.nodes."web.example".profilesOrder: a profile is named twice',
    ],
    [
      "nobody's profile",
      { profiles: { home: {} } },
      'deploy.nodes."web.example".profiles.home.user: neither user nor sshUser is set; a system has user = "root"',
    ],
    [
      "a profile that leaves its directory",
      { profiles: { "../x": { user: "root" } } },
      `deploy.nodes."web.example".profiles."../x": a profile's name has letters, digits, '_', '.', '+' and '-'`,
    ],
    [
      "a relative profilePath",
      { profiles: { system: { user: "root", profilePath: "x" } } },
      'deploy.nodes."web.example".profiles.system.profilePath: expected an absolute path',
    ],
    [
      "a path that nothing makes",
      { profiles: { system: { user: "root", path: "/etc" } } },
      'deploy.nodes."web.example".profiles.system.path: expected a derivation, or a string made of one and nothing else; flotilla builds what it deploys; activate.nixos and its like make such derivations',
    ],
    [
      "an open quote",
      { deploy: { sudo: "sudo 'x" } },
      `deploy.nodes."web.example".sudo: a quote is not closed in: sudo 'x`,
    ],
    [
      "no profile",
      { profiles: {} },
      'deploy.nodes."web.example".profiles: there is none, so that nothing would be deployed',
    ],
  ])("%s", (_, written, message) => {
    const error = refused(written);
    expect([error.code, error.step, error.host]).toEqual(["E_CONFIGURATION", "evaluate", "web.example"]);
    expect([error.message, ...(error.hint === undefined ? [] : [error.hint])].join("; ")).toBe(message);
  });

  it("is a profile that was asked for and is not there", () => {
    expect(refused({}, { profiles: ["system", "sistem"] })).toMatchObject({
      code: "E_SELECTION",
      message: "web.example has no profile sistem",
      hint: "did you mean system?",
    });
  });

  it("is none in an order that names a profile which was left unevaluated", () => {
    const node = evaluated({ node: { profilesOrder: ["home", "system"] } });
    const deployment = { ...z.object({}).loose().parse(node.deployment), otherProfiles: ["home"] };
    const host = deployRsHost({ ...node, deployment }, Deployment.parse({}), { ...asWritten, profiles: ["system"] });
    expect(host.profiles.map(({ name }) => name)).toEqual(["system"]);
  });

  it("is said in one go", () => {
    expect(refused({ deploy: { user: 5 }, node: { foo: 1 } }).message).toContain("; ");
  });

  it("is every name that could be taken for a flag, another word or another place", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "-x",
        "--",
        "-oProxyCommand=id",
        "a b",
        "a\nb",
        "../x",
        "/",
        ".",
        "..",
        "a\0",
        "\u001b[2J",
        "$(id)",
      ),
    );
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (sshUser, user, hostname, name) => {
        const written = { node: { sshUser, hostname }, profiles: { [name]: { user } } };
        let host: Host;
        try {
          host = read(written);
        } catch (error) {
          return error instanceof FlotillaError;
        }
        const { targetHost, targetUser } = host.deployment;
        return [targetHost, targetUser, host.profiles[0].user, host.profiles[0].name].every(
          (text) => text === null || text === undefined || /^[^-\s\p{Cc}/][^\s\p{Cc}/]*$/u.test(text),
        );
      }),
      { numRuns: 500 },
    );
  });
});
