import { expect, test } from "vitest";
import { DerivationPath, StorePath } from "../domain/store-path.ts";
import { diskProgram } from "./disk-program.ts";
import type { Built, DiskoScriptName } from "./host-installation.ts";
import type { InstallOptions } from "./install-options.ts";
import { buildWish } from "./steps/build-system.ts";
import { installation, options, systemPath } from "./test-installation.ts";

const inStore = (name: string): StorePath => StorePath.parse(`/nix/store/${"a".repeat(32)}-${name}`);
const built = (name: string): Built => ({
  path: inStore(name),
  derivation: DerivationPath.parse(`${inStore(name)}.drv`),
});
const names: readonly DiskoScriptName[] = ["diskoScript", "formatScript", "mountScript", "diskoScriptNoDeps"];
const ofDisko = {
  ...installation,
  layoutFrom: "disko",
  diskoScripts: Object.fromEntries(names.map((name) => [name, built(name)])),
} as const;

/** What is run, and whether it is run as it is in the store. */
const programOf = (given: Partial<InstallOptions>, host: typeof ofDisko | typeof installation = ofDisko): string => {
  const program = diskProgram({ ...options, ...given }, host);
  if (program.kind === "flotilla") return "flotilla";
  return `${program.scripts.map((path) => path.replace(/.*-/u, "")).join(", ")} ${program.copied ? "copied" : "sent"}`;
};

test.each([
  [{}, "diskoScript copied"],
  [{ diskEngine: "flotilla" }, "flotilla"],
  [{ diskoMode: "format" }, "formatScript, mountScript copied"],
  [{ diskoMode: "mount" }, "mountScript copied"],
  [{ diskoDeps: false }, "diskoScriptNoDeps sent"],
  [{ storePaths: { disko: inStore("theirs"), system: systemPath } }, "theirs copied"],
] as const)("with disko's module and %j it is %s", (given, expected) => {
  expect(programOf(given)).toBe(expected);
});

test("without it it is ours, and what it does not have is refused", () => {
  expect(programOf({}, installation)).toBe("flotilla");
  expect(programOf({}, { ...installation, layoutFrom: "diskoConfigurations" })).toBe("flotilla");
  const refused = expect.objectContaining({ code: "E_NOT_INSTALLABLE" });
  expect(() => programOf({ diskEngine: "disko" }, installation)).toThrow(refused);
  expect(() => programOf({ diskoMode: "mount", diskoDeps: false })).toThrow(refused);
});

test("what is built is what the phases need, and nothing of what was built before", () => {
  const wishOf = (given: Partial<InstallOptions>) => {
    const all = { ...options, ...given };
    const program = all.phases.includes("disko") ? diskProgram(all, ofDisko) : null;
    const { forDisks, system } = buildWish(all, ofDisko, program);
    return [system?.path ?? null, ...forDisks.map(({ path }) => path)];
  };
  expect(wishOf({})).toEqual([systemPath, inStore("diskoScript")]);
  expect(wishOf({ phases: ["kexec", "disko"] })).toEqual([null, inStore("diskoScript")]);
  expect(wishOf({ phases: ["install", "reboot"] })).toEqual([systemPath]);
  expect(wishOf({ phases: ["reboot"] })).toEqual([null]);
  expect(wishOf({ storePaths: { disko: inStore("theirs"), system: systemPath } })).toEqual([null]);
});
