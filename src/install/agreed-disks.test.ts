import { expect, it } from "vitest";
import { testDevice } from "../disk/test-machine.ts";
import { FakeInstall } from "./fake-install.test-support.ts";
import { type Agree, installHost } from "./install-host.ts";
import { installation, settingsOf, web } from "./test-installation.ts";

it("what came onto a disk while the operator thought it over is not wiped", async () => {
  const fake = new FakeInstall();
  fake.restart("installer");
  const agree: Agree = async () => {
    const signature = { type: "ext4", uuid: "1234", label: "data" };
    fake.disks = [testDevice("/dev/vda", { serial: "S1", signature })];
    return { passphrases: new Map() };
  };
  const steps = { services: fake.services(), settings: settingsOf({}), agree, withdraw: () => {} };
  expect(await installHost(steps, web, Promise.resolve(installation))).toMatchObject({
    outcome: "refused",
    reason: { code: "E_PLAN_CHANGED", message: expect.stringContaining("ext4 1234") },
  });
  expect(fake.done).not.toContain("disks");
});
