import { expect, test } from "vitest";
import { HostName } from "../domain/host-name.ts";
import { refuseForSeveral } from "./refuse-for-several.ts";

const hosts = ["web", "db"].map((name) => HostName.parse(name));
const nothing = { hardwareConfig: null, hostKey: null };

test.each([{ hostKey: "./key" }, { hardwareConfig: { by: "nixos-facter", path: "./facter.json" } as const }])(
  "%j is of one machine",
  (given) => {
    const options = { ...nothing, ...given };
    const refused = (): void => refuseForSeveral(options, hosts);
    expect(refused).toThrow(expect.objectContaining({ code: "E_USAGE", message: expect.stringContaining("web, db") }));
    expect(() => refuseForSeveral(options, hosts.slice(1))).not.toThrow();
  },
);

test("several hosts with nothing that is of one are installed together", () => {
  expect(() => refuseForSeveral(nothing, hosts)).not.toThrow();
});
