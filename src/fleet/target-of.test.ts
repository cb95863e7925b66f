import { describe, expect, it } from "vitest";
import { HostName } from "../domain/host-name.ts";
import { type Target, describeTarget } from "../ssh/target.ts";
import { Deployment } from "./deployment.ts";
import { parseHostAddress } from "./host-address.ts";
import { confirmTargets, loginTargets } from "./target-of.ts";

const host = (settings: object, sshPorts: readonly number[] | null = null) => ({
  name: HostName.parse("web"),
  deployment: Deployment.parse(settings),
  sshPorts,
});
const written = (targets: readonly Target[]): string => targets.map(describeTarget).join(" ");

const cameInBy = (address: string, port: number | null = null): Target => ({
  host: HostName.parse("web"),
  address,
  port,
  user: "root",
  options: [],
  hostKey: null,
  elevation: null,
});

describe("parseHostAddress", () => {
  it.each([
    ["web-01", null, "web-01", null],
    ["deploy@10.0.0.1:2222", "deploy", "10.0.0.1", 2222],
    ["fd00::1", null, "fd00::1", null],
    ["root@fe80::1%eth0", "root", "fe80::1%eth0", null],
    ["[fd00::1]:22", null, "fd00::1", 22],
    ["[fd00::1]", null, "fd00::1", null],
  ])("reads %s", (text, user, address, port) => {
    expect(parseHostAddress(text)).toEqual({ user, address, port });
  });

  it.each(["", "-oProxyCommand=x", "a@-b", "-l@b", "a b", "a:", "a:0", "a:99999", "[a", "a@", "[]:22", "a\nb"])(
    "refuses %j",
    (text) => {
      expect(parseHostAddress(text)).toBeNull();
    },
  );
});

describe("loginTargets", () => {
  it.each([
    [{}, {}, "root@web"],
    [{ targetUser: null }, {}, "web"],
    [{ targetHost: null }, {}, ""],
    [{ targetHost: "a", targetHosts: ["b", "a", "ana@c:2022"], targetPort: 22 }, {}, "root@a:22 root@b:22 ana@c:2022"],
    [{ targetHost: "new" }, { lastKnown: { address: "old", port: 2200, user: "x" } }, "root@new x@old:2200"],
    [{ targetHost: "a" }, { lastKnown: { address: "a", port: null, user: "root" } }, "root@a"],
    [{ targetPort: 2222 }, { lastKnown: { address: "web", port: null, user: null } }, "root@web:2222 web"],
    [{ targetHost: null }, { lastKnown: { address: "a", port: null, user: null } }, ""],
    [{ targetHost: "a", targetHosts: ["b"] }, { override: "me@c:1" }, "me@c:1"],
  ])("%j, %j: %s", (settings, hints, expected) => {
    expect(written(loginTargets(host(settings), hints))).toBe(expected);
  });

  it.each([
    [[2222, 2223], {}, "root@web root@web:2222 root@web:2223"],
    [[22, 2222], {}, "root@web"],
    [[2222], { targetPort: 99 }, "root@web:99"],
  ])("looks where the configuration has sshd listen: %j, %j", (ports, settings, expected) => {
    expect(written(loginTargets(host(settings, ports)))).toBe(expected);
  });

  it("carries what the configuration says of the login", () => {
    const settings = { sshOptions: ["-J", "gate"], hostKey: "ssh-ed25519 A", privilegeEscalationCommand: ["doas"] };
    expect(loginTargets(host(settings))).toEqual([
      {
        host: "web",
        address: "web",
        port: null,
        user: "root",
        options: ["-J", "gate"],
        hostKey: "ssh-ed25519 A",
        elevation: ["doas"],
      },
    ]);
  });

  it("refuses what would read as a flag of ssh", () => {
    expect(() => loginTargets(host({ targetHost: "-oProxyCommand=x" }))).toThrow(
      expect.objectContaining({ code: "E_CONFIGURATION", host: "web" }),
    );
    expect(() => loginTargets(host({}), { override: "-v" })).toThrow(expect.objectContaining({ code: "E_USAGE" }));
  });
});

describe("confirmTargets", () => {
  it.each([
    ["the way we came in by", {}, null, cameInBy("web"), undefined, "root@web"],
    ["the new system's port", {}, [2222], cameInBy("web"), undefined, "root@web:2222"],
    ["each of its ports", {}, [2222, 2223], cameInBy("web"), undefined, "root@web:2222 root@web:2223"],
    ["the same where it is among them", {}, [2222, 22], cameInBy("web"), undefined, "root@web"],
    ["the declared port above all", { targetPort: 99 }, [2222], cameInBy("web", 99), undefined, "root@web:99"],
    [
      "the port of a declared address too",
      { targetHost: "a:2200" },
      [22],
      cameInBy("a", 2200),
      undefined,
      "root@a:2200",
    ],
    ["the new address only", { targetHost: "new" }, [22], cameInBy("old"), undefined, "root@new"],
    ["the address that worked, first", { targetHosts: ["vpn"] }, null, cameInBy("vpn"), undefined, "root@vpn root@web"],
    ["--target-host, then the declared", {}, [22], cameInBy("x"), "x", "root@x root@web"],
  ])("is %s", (_, settings, ports, came, override, expected) => {
    expect(written(confirmTargets(host(settings, ports), came, { override }))).toBe(expected);
  });

  it("is as declared where ssh's own configuration knows the port, whatever sshd's is", () => {
    const targets = confirmTargets(host({}, [2222]), cameInBy("web"), { portIsConfigured: true });
    expect(written(targets)).toBe("root@web");
  });
});
