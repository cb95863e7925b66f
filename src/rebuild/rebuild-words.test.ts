// The small ones: from flags, ends and differences to what others read.
import { expect, test } from "vitest";
import { HostName } from "../domain/host-name.ts";
import { StorePath } from "../domain/store-path.ts";
import type { RemoteCommand } from "../ssh/connection.ts";
import { thisMachine } from "../ssh/target.ts";
import { attributeOf } from "./build-wish.ts";
import { differenceLines } from "./difference-lines.ts";
import { knownSystem } from "./known-system.ts";
import { askMachine, configurationName, machineTarget } from "./machine.ts";
import { nixSettings, type RebuildNixFlags } from "./nix-flags.ts";
import { rebuildExitStatus } from "./rebuild-exit-status.ts";
import { upgradeChannels } from "./upgrade-channels.ts";

const path = StorePath.parse(`/nix/store/${"1".repeat(32)}-nixos-system-web-01`);
const { signal } = new AbortController();

/** A machine that answers each command with a text, and writes down what it was asked. */
function machine(answer: string, exitCode = 0) {
  const asked: RemoteCommand[] = [];
  return {
    asked,
    target: machineTarget(null),
    run: async (command: RemoteCommand) => {
      asked.push(command);
      return { exitCode, stdout: answer, stderr: "why not", timedOut: false, aborted: false };
    },
  };
}

test("a failed switch-to-configuration keeps the status that scripts know", () => {
  const reason = (code: string) => ({ code, message: "", log: [] });
  expect(rebuildExitStatus({ outcome: "deployed" })).toBe(0);
  expect(rebuildExitStatus({ outcome: "unchanged" })).toBe(0);
  expect(rebuildExitStatus({ outcome: "rolled-back", reason: reason("E_UNITS_FAILED") })).toBe(4);
  expect(rebuildExitStatus({ outcome: "refused", reason: reason("E_NEEDS_REBOOT") })).toBe(100);
  expect(rebuildExitStatus({ outcome: "skipped", reason: reason("E_INTERRUPTED") })).toBe(130);
  expect(rebuildExitStatus({ outcome: "unreachable", reason: reason("E_UNREACHABLE") })).toBe(1);
});

test("Nix's flags become settings; --option has the last word", () => {
  const none: RebuildNixFlags = {
    acceptFlakeConfig: false,
    fallback: false,
    impure: false,
    keepFailed: false,
    keepGoing: false,
    noRegistries: false,
    offline: false,
    refresh: false,
    showTrace: false,
  };
  expect(nixSettings(none, false)).toEqual({
    verbose: false,
    showTrace: false,
    impure: false,
    searchPath: [],
    overrideInputs: [],
    options: [],
  });
  const flags = {
    maxJobs: "4",
    keepGoing: true,
    offline: true,
    include: ["nixpkgs=/src"],
    option: [["max-jobs", "1"]],
  } as const;
  const { options, searchPath } = nixSettings({ ...none, ...flags }, true);
  expect(new Map(options)).toEqual(
    new Map([
      ["max-jobs", "1"],
      ["keep-going", "true"],
      ["substitute", "false"],
      ["tarball-ttl", "4294967295"],
      ["download-attempts", "0"],
      ["connect-timeout", "1"],
    ]),
  );
  expect(searchPath).toEqual(["nixpkgs=/src"]);
});

test("what differs reads as `nix store diff-closures` writes it", () => {
  const changes = [
    { package: "nginx", before: ["1.26"], after: ["1.28", "1.29"], growth: 3174 },
    { package: "man-db", before: ["2"], after: [], growth: -20_480 },
    { package: "source", before: [""], after: [""], growth: 10_240 },
  ];
  expect(differenceLines(null, path, changes)).toEqual([
    "<<< nothing",
    `>>> ${path}`,
    "nginx: 1.26 → 1.28, 1.29, +3.1 KiB",
    "man-db: 2 → ∅, -20.0 KiB",
    "source: +10.0 KiB",
  ]);
});

test.each([
  [null, { address: thisMachine, user: null, port: null }],
  ["deploy@web-01:2222", { address: "web-01", user: "deploy", port: 2222 }],
  ["ssh-ng://root@[fd00::1]", { address: "fd00::1", user: "root", port: null }],
])("the machine %j is reached at %j", (text, expected) => {
  expect(machineTarget(text)).toMatchObject(expected);
});

test("what is no address, and what is no configuration's name, is said so", () => {
  expect(() => machineTarget("-oProxyCommand=id")).toThrow("no address");
  expect(() => configurationName("ana@laptop")).toThrow("no configuration's name");
});

test("a machine says what it is called, and with it which configurations are for it", async () => {
  expect(await askMachine(machine("Linux web-01\n"), signal)).toEqual({
    hostname: "web-01",
    form: "nixosConfigurations",
  });
  expect(await askMachine(machine("Darwin mac\n"), signal)).toEqual({ hostname: "mac", form: "darwinConfigurations" });
  await expect(askMachine(machine("", 127), signal)).rejects.toMatchObject({ code: "E_COMMAND" });
});

test("a system that is known is a fleet of one host, and nothing is evaluated", async () => {
  const { evaluate, outline, source } = knownSystem(HostName.parse("web-01"), path);
  const heard: unknown[] = [];
  const onHost = (...words: readonly unknown[]): void => void heard.push(words);
  const request = { hosts: outline.members, useCache: true, workers: 1, signal, onLog: () => {}, onHost };
  await evaluate({ ...request, source });
  expect(heard).toMatchObject([["web-01", { profiles: [{ name: "system", path }] }]]);
});

test("root's channels: nixos and those that ask for it, or all", async () => {
  const some = machine("extra\n");
  await upgradeChannels(some, "nixos", signal);
  expect(some.asked.map(({ asRoot, words }) => [asRoot, words.at(-2), words.at(-1)]).at(-1)).toEqual([
    true,
    "nixos",
    "extra",
  ]);
  const all = machine("");
  await upgradeChannels(all, "all", signal);
  expect(all.asked.map(({ words }) => words)).toEqual([["nix-channel", "--update"]]);
  await expect(upgradeChannels(machine("", 1), "all", signal)).rejects.toMatchObject({ log: ["why not"] });
});

test("each build means one attribute of the configuration", () => {
  const last = (action: Parameters<typeof attributeOf>[0], variant: string | null = null) =>
    attributeOf(action, variant).join(".");
  expect(last("build")).toBe("config.system.build.toplevel");
  expect(last("build-vm-with-bootloader")).toBe("config.system.build.vmWithBootLoader");
  expect(last("build-image", "iso")).toBe("config.system.build.images.iso");
  expect(() => last("build-image")).toThrow("which image is not said");
});
