// nix/modules/deployment.nix and src/fleet/deployment.ts describe the same options.
import { describe, expect, test } from "vitest";
import { areOptionDocsCurrent } from "../../../scripts/generate-option-docs.ts";
import { Deployment } from "../../../src/fleet/deployment.ts";
import { nixInstantiate } from "./nix-instantiate.ts";

/** `config.deployment` of a host called web-01 for which a user wrote `deployment = SETTINGS;`. */
const evaluate = (settings: string): unknown =>
  nixInstantiate(
    `(import (root + "/nix/lib.nix") { inherit lib; }).evalDeployment "web-01" [ { deployment = ${settings}; } ]`,
  );

/** Whether each side accepts the settings; given as JSON, which both read. */
const verdicts = (settings: unknown) => ({
  module: succeeds(() => evaluate(`builtins.fromJSON ''${JSON.stringify(settings)}''`)),
  schema: Deployment.safeParse(settings).success,
});

function succeeds(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

describe("the deployment module and the schema", () => {
  test("have the same names and defaults", () => {
    expect(evaluate("{ }")).toEqual({ ...Deployment.parse({}), targetHost: "web-01" });
  });

  test("have the same names and defaults for a profile", () => {
    const settings = { profiles: { shop: { path: "/nix/store/x", activator: "deploy-rs" } } };
    expect(evaluate(`builtins.fromJSON ''${JSON.stringify(settings)}''`)).toMatchObject({
      profiles: Deployment.parse(settings).profiles,
    });
  });

  test.each([
    { type: "unit", unit: "nginx.service" },
    { type: "http", url: "http://127.0.0.1/" },
    { type: "tcp", port: 5432 },
    { type: "command", command: ["true"] },
  ])("have the same names and defaults for a $type check", (check) => {
    const settings = { healthChecks: [check] };
    expect(evaluate(`builtins.fromJSON ''${JSON.stringify(settings)}''`)).toMatchObject({
      healthChecks: Deployment.parse(settings).healthChecks,
    });
  });

  test.each([
    { targetHost: null },
    { targetHosts: ["10.0.0.1", "10.0.0.2"], targetPort: 65535, targetUser: null },
    { privilegeEscalationCommand: ["doas", "-n"], sshOptions: ["-J", "bastion"], hostKey: "ssh-ed25519 AAAA" },
    { buildOnTarget: true, buildHost: "builder", dependsOn: ["db-01"], wave: 3, tags: ["web"] },
    { rollback: { enable: false, confirmTimeout: 5, onFailedUnits: "ignore" }, activationTimeout: 1 },
    { preActivate: "sw/bin/check", allowDegraded: true, offline: "skip" },
    { healthChecks: [{ type: "tcp", address: "10.0.0.1", port: 1, from: "operator", interval: 2, consecutive: 4 }] },
    { healthChecks: [{ type: "http", url: "https://example.org", status: 204, timeout: 3, name: "x" }] },
    { profiles: { "alice.home": { path: "/nix/store/x", activator: "home-manager", user: "alice", order: -1 } } },
    { profiles: { shop: { path: "/nix/store/x", activator: "deploy-rs", profilePath: "/nix/var/nix/profiles/shop" } } },
    { reboot: { policy: "when-needed" }, allowLocalDeployment: true, replaceUnknownProfiles: false },
  ])("both accept %j", (settings) => {
    expect(verdicts(settings)).toEqual({ module: true, schema: true });
    expect(Deployment.parse(evaluate(`builtins.fromJSON ''${JSON.stringify(settings)}''`))).toMatchObject(settings);
  });

  test.each([
    { tagss: ["web"] },
    { tags: "web" },
    { targetHost: "" },
    { targetPort: 0 },
    { targetPort: 65536 },
    { wave: -1 },
    { activationTimeout: 0 },
    { rollback: { confirmTimeout: 0 } },
    { rollback: { onFailedUnits: "keep" } },
    { offline: "queue" },
    { healthChecks: [{ unit: "nginx.service" }] },
    { healthChecks: [{ type: "ping" }] },
    { healthChecks: [{ type: "unit" }] },
    { healthChecks: [{ type: "unit", unit: "" }] },
    { healthChecks: [{ type: "http", url: "http://127.0.0.1/", port: 80 }] },
    { healthChecks: [{ type: "http", url: "file:///etc/passwd" }] },
    { healthChecks: [{ type: "http", url: "http://127.0.0.1/", status: 1000 }] },
    { healthChecks: [{ type: "unit", unit: "nginx.service", from: "operator" }] },
    { healthChecks: [{ type: "tcp", port: 0 }] },
    { healthChecks: [{ type: "command", command: [] }] },
    { healthChecks: [{ type: "tcp", port: 1, interval: 0 }] },
    { healthChecks: [{ type: "tcp", port: 1, from: "elsewhere" }] },
    { profiles: { shop: { activator: "deploy-rs" } } },
    { profiles: { shop: { path: "/nix/store/x" } } },
    { profiles: { shop: { path: "/nix/store/x", activator: "nixos" } } },
    { profiles: { "../shop": { path: "/nix/store/x", activator: "deploy-rs" } } },
    { profiles: { shop: { path: "/nix/store/x", activator: "deploy-rs", user: "-u root" } } },
    { profiles: { shop: { path: "/nix/store/x", activator: "deploy-rs", profilePath: "shop" } } },
    { profiles: { shop: { path: "/nix/store/x", activator: "deploy-rs", profile: "/x" } } },
    { reboot: { policy: "sometimes" } },
    { reboot: true },
    { allowLocalDeployment: "yes" },
    { replaceUnknownProfiles: 1 },
  ])("both refuse %j", (settings) => {
    expect(verdicts(settings)).toEqual({ module: false, schema: false });
  });
});

test("docs/options.md is what the options make", () => {
  expect(areOptionDocsCurrent(), "out of date: npm run docs").toBe(true);
});
