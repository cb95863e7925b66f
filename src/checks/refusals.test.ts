import { describe, expect, it } from "vitest";
import { testProfile } from "../../test/fakes/test-profile.ts";
import { HostName } from "../domain/host-name.ts";
import { StorePath } from "../domain/store-path.ts";
import { Deployment } from "../fleet/deployment.ts";
import type { Profile } from "../fleet/fleet.ts";
import type { Inspection } from "./inspection.ts";
import { type RefusalContext, changeRefusals, identityRefusals, spaceRefusals } from "./refusals.ts";
import { healthyInspection } from "./test-inspection.ts";

const toplevel = StorePath.parse(`/nix/store/${"0".repeat(32)}-system`);
const context: RefusalContext = {
  run: "aaaaaaaa",
  knownMachineId: healthyInspection.machineId,
  acceptNewMachine: false,
  allowDegraded: false,
  replaceUnknownProfiles: true,
  isKnownHere: () => false,
  neededBytes: { nix: 1_000_000, boot: 1_000_000 },
};
interface Change {
  readonly inspection?: Partial<Inspection>;
  readonly context?: Partial<RefusalContext>;
  readonly settings?: object;
  readonly system?: string;
  readonly profile?: Partial<Profile>;
}
/** All three kinds, in the order in which a deploy asks for them. */
function found({
  inspection = {},
  context: changed = {},
  settings = {},
  system = "x86_64-linux",
  profile = {},
}: Change) {
  const host = {
    name: HostName.parse("web"),
    system,
    deployment: Deployment.parse(settings),
    profiles: [testProfile(toplevel, profile)] as const,
  };
  const seen = { ...healthyInspection, ...inspection };
  const judgedBy = { ...context, ...changed };
  return [
    ...identityRefusals(host, seen, judgedBy),
    ...changeRefusals(host, seen, judgedBy),
    ...spaceRefusals(host, seen, judgedBy.neededBytes),
  ];
}
const home = { activator: "home-manager", user: "ana", profilePath: null } as const;
const mac = { isNixos: false, system: "aarch64-darwin", state: "unknown" } as const;
const lock = { run: "bbbbbbbb", operator: "ben@desk", since: "2025-11-20T10:00:00Z" };

describe("a host that may be changed", () => {
  it.each<[string, Change]>([
    ["in order", {}],
    ["never seen before", { context: { knownMachineId: null } }],
    ["another machine, accepted", { inspection: { machineId: "other" }, context: { acceptNewMachine: true } }],
    ["a 32-bit system on a 64-bit kernel", { system: "i686-linux" }],
    ["a 32-bit system on a 64-bit ARM", { system: "armv7l-linux", inspection: { system: "aarch64-linux" } }],
    ["degraded, and asked for", { inspection: { state: "degraded" }, context: { allowDegraded: true } }],
    ["degraded, and its settings allow it", { inspection: { state: "degraded" }, settings: { allowDegraded: true } }],
    ["starting for ever, and asked for", { inspection: { state: "starting" }, context: { allowDegraded: true } }],
    ["held by this very run", { inspection: { lock: { ...lock, run: "aaaaaaaa" } } }],
    ["of unknown space", { inspection: { freeBytes: { nix: null, boot: null } } }],
    ["full, but for what is needed", { inspection: { freeBytes: { nix: 1_000_000, boot: 1_000_000 } } }],
    [
      "full, when nothing is known of the need",
      {
        inspection: { freeBytes: { nix: 0, boot: 0 } },
        context: { neededBytes: { nix: null, boot: null } },
      },
    ],
    ["a home on a degraded machine", { inspection: { state: "degraded" }, profile: home }],
    [
      "a home where there is neither NixOS nor systemd",
      { inspection: { ...mac, system: "x86_64-linux" }, profile: home },
    ],
    ["a Mac", { inspection: mac, system: "aarch64-darwin", profile: { activator: "darwin" } }],
    [
      "a Mac for which Rosetta has to do",
      { inspection: mac, system: "x86_64-darwin", profile: { activator: "darwin" } },
    ],
    [
      "with an elevation of its own",
      { inspection: { elevation: null }, settings: { privilegeEscalationCommand: ["x"] } },
    ],
  ])("%s", (_, change) => {
    expect(found(change)).toEqual([]);
  });
});

describe("a host that is refused", () => {
  it.each<[string, Change, string, string, string]>([
    ["not NixOS", { inspection: { isNixos: false } }, "E_NOT_NIXOS", "does not run NixOS", "installed there first"],
    [
      "another machine",
      { inspection: { machineId: "other" } },
      "E_WRONG_HOST",
      "machine other (web) answered",
      "--accept-new-machine",
    ],
    [
      "without an id",
      { inspection: { machineId: "" } },
      "E_WRONG_HOST",
      "a machine without an id",
      "--accept-new-machine",
    ],
    [
      "another architecture",
      { inspection: { system: "aarch64-linux" } },
      "E_WRONG_SYSTEM",
      "is for x86_64-linux, the machine is aarch64-linux",
      'hostPlatform = "aarch64-linux"',
    ],
    [
      "64-bit system on 32 bits",
      { inspection: { system: "i686-linux" } },
      "E_WRONG_SYSTEM",
      "the machine is i686-linux",
      "check its address",
    ],
    [
      "held by another run",
      { inspection: { lock } },
      "E_LOCKED",
      "run bbbbbbbb of ben@desk holds the host since 2025-11-20T10:00:00Z",
      "flotilla attach bbbbbbbb",
    ],
    [
      "a system of somebody else's, which is not to be replaced",
      { context: { replaceUnknownProfiles: false } },
      "E_UNKNOWN_PROFILE",
      "was not deployed from here",
      "--force-replace-unknown-profiles",
    ],
    ["no way to root", { inspection: { elevation: null } }, "E_ELEVATION", "cannot become root", "NOPASSWD"],
    [
      "a failed unit",
      { inspection: { state: "degraded", failedUnits: ["a.service"] } },
      "E_DEGRADED",
      "a unit of the host has failed already: a.service",
      "--allow-degraded",
    ],
    [
      "failed units",
      { inspection: { state: "degraded", failedUnits: Array.from("abcdefgh").map((name) => `${name}.mount`) } },
      "E_DEGRADED",
      "8 units of the host have failed already: a.mount, b.mount, c.mount, d.mount, e.mount, f.mount and 2 more",
      "systemctl status --failed",
    ],
    ["starting", { inspection: { state: "starting" } }, "E_NOT_READY", "still starting", "--allow-degraded"],
    ["initializing", { inspection: { state: "initializing" } }, "E_NOT_READY", "still starting", "wait"],
    [
      "stopping",
      { inspection: { state: "stopping" }, context: { allowDegraded: true } },
      "E_NOT_READY",
      "shutting down",
      "once it is up",
    ],
    [
      "maintenance",
      { inspection: { state: "maintenance" }, context: { allowDegraded: true } },
      "E_NOT_READY",
      "rescue mode",
      "default target",
    ],
    [
      "a home on a machine that goes down",
      { inspection: { state: "stopping" }, profile: home },
      "E_NOT_READY",
      "",
      "again",
    ],
    [
      "a Mac that is none",
      { system: "aarch64-darwin", profile: { activator: "darwin" } },
      "E_WRONG_SYSTEM",
      "is for aarch64-darwin",
      "",
    ],
    ["no systemd", { inspection: { state: "offline" } }, "E_NOT_READY", "(offline)", "is-system-running"],
    [
      "no room in /nix",
      { inspection: { freeBytes: { nix: 999_999, boot: null } } },
      "E_TARGET_DISK_FULL",
      "/nix has 1 MiB free",
      "nix-collect-garbage",
    ],
    [
      "no room in /boot",
      { inspection: { freeBytes: { nix: null, boot: 0 } } },
      "E_TARGET_DISK_FULL",
      "/boot has 0 MiB free",
      "configurationLimit",
    ],
  ])("%s", (_, change, code, message, hint) => {
    expect(found(change)).toEqual([
      expect.objectContaining({
        code,
        host: "web",
        step: "check",
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      }),
    ]);
  });

  it("for several reasons hears of the gravest first", () => {
    const codes = found({
      inspection: {
        machineId: "other",
        isNixos: false,
        lock,
        elevation: null,
        state: "degraded",
        freeBytes: { nix: 0, boot: 0 },
      },
    }).map((error) => error.code);
    expect(codes).toEqual([
      "E_WRONG_HOST",
      "E_NOT_NIXOS",
      "E_LOCKED",
      "E_ELEVATION",
      "E_DEGRADED",
      "E_TARGET_DISK_FULL",
      "E_TARGET_DISK_FULL",
    ]);
  });
});
