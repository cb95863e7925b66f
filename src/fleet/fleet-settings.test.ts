import { describe, expect, it } from "vitest";
import { checkApplyAll, fleetSettings } from "./fleet-settings.ts";

const defaults = { allowApplyAll: true, machinesFile: null, interactiveSudo: false };

describe("what belongs to a whole fleet", () => {
  it("is nothing where its form has no words for it", () => {
    expect(fleetSettings({ settings: {} })).toEqual(defaults);
    expect(fleetSettings({ settings: { nixosConfigurations: null, deploy: null } })).toEqual(defaults);
  });

  it("comes from a hive's meta", () => {
    const meta = { allowApplyAll: false, machinesFile: "/etc/nix/machines" };
    expect(fleetSettings({ settings: { colmena: meta } })).toEqual({ ...defaults, ...meta });
    expect(() => fleetSettings({ settings: { colmenaHive: { allowApplyAll: "no" } } })).toThrow("allowApplyAll");
  });

  it("says of deploy-rs's nodes whether sudo will ask", () => {
    expect(fleetSettings({ settings: { deploy: { interactiveSudo: true } } }).interactiveSudo).toBe(true);
  });
});

describe("a hive that forbids runs over all hosts", () => {
  const settings = fleetSettings({ settings: { colmena: { allowApplyAll: false } } });

  it.each(["switch", "keys", "push"] as const)("refuses %s without names", (goal) => {
    expect(() => checkApplyAll(settings, goal, true)).toThrow("has to name its hosts");
    expect(() => checkApplyAll(settings, goal, false)).not.toThrow();
  });

  it("lets them be built", () => {
    expect(() => checkApplyAll(settings, "build", true)).not.toThrow();
  });
});
