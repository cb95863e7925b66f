import { expect, test } from "vitest";
import { testProfile } from "../../test/fakes/test-profile.ts";
import { HostName } from "../domain/host-name.ts";
import { StorePath } from "../domain/store-path.ts";
import { Deployment } from "../fleet/deployment.ts";
import type { Host } from "../fleet/fleet.ts";
import { asApproved } from "./as-approved.ts";

const name = HostName.parse("web-01");
const path = StorePath.parse(`/nix/store/${"0".repeat(32)}-system`);
const other = StorePath.parse(`/nix/store/${"1".repeat(32)}-system`);
const host: Host = {
  name,
  system: null,
  deployment: Deployment.parse({}),
  profiles: [testProfile(path)],
  version: null,
  sshPorts: null,
};

test("a run that nobody was asked about goes on", async () => {
  expect(await asApproved(null, Promise.resolve(host))).toBe(host);
});

test("so does a host that still is to get what the plan said", async () => {
  expect(await asApproved(new Map([[name, [path]]]), Promise.resolve(host))).toBe(host);
});

test.each([[new Map([[name, [other]]])], [new Map([[name, [path, other]]])], [new Map([[name, []]])], [new Map()]])(
  "%o: any other is refused",
  async (plan) => {
    await expect(asApproved(plan, Promise.resolve(host))).rejects.toMatchObject({ code: "E_PLAN_CHANGED", host: name });
  },
);
