import { expect, it } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { FakeInstall } from "./fake-install.test-support.ts";
import { installHost } from "./install-host.ts";
import { installation, settingsOf, web } from "./test-installation.ts";

it.each([[["reboot"]], [["kexec", "disko", "install", "reboot"]]] as const)(
  "a machine that was told to reboot is not told of as if it stayed in its installer: %j",
  async (phases) => {
    const fake = new FakeInstall();
    fake.restart("installer");
    fake.mounted = true;
    fake.before = (what) => {
      if (what === "reboot") fake.halt.abort(new FlotillaError("E_INTERRUPTED", "interrupted"));
    };
    const agree = async () => ({ passphrases: new Map() });
    const steps = { services: fake.services(), settings: settingsOf({ phases }), agree, withdraw: () => {} };
    const { outcome, reason } = await installHost(steps, web, Promise.resolve(installation));
    expect({ outcome, code: reason?.code }).toEqual({ outcome: "failed", code: "E_INTERRUPTED" });
    expect(reason?.message).toContain("whether the installed system runs was not seen");
  },
);
