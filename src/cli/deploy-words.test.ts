import fc from "fast-check";
import { expect, test } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { deployWords } from "./deploy-words.ts";

const read = (line: string, ofFile = false) => {
  const { addresses, flake, goal, on, profiles } = deployWords(line.split(" ").filter(Boolean), ofFile);
  return { goal, flake, on: on.join(" "), profiles: [...profiles], addresses: [...addresses] };
};
const nothing = { goal: null, flake: null, on: "", profiles: [], addresses: [] };

test.each([
  ["", {}],
  ["boot", { goal: "boot" }],
  ["upload-keys", { goal: "keys" }],
  ["boot boot", { goal: "boot", on: "boot" }],
  ["web-1 @db !db-2", { on: "web-1 @db !db-2" }],
  ["test @web+@eu", { goal: "test", on: "@web+@eu" }],
  [".", { flake: "." }],
  ["./infra", { flake: "./infra" }],
  ["github:ana/infra", { flake: "github:ana/infra" }],
  ["git+ssh://git@example.org/infra", { flake: "git+ssh://git@example.org/infra" }],
  [".#web-1", { flake: ".", on: "web-1" }],
  ["#web-1", { flake: ".", on: "web-1" }],
  ["/infra#web-1.system", { flake: "/infra", on: "web-1", profiles: [["web-1", ["system"]]] }],
  ['.#"web.example".home', { flake: ".", on: "web.example", profiles: [["web.example", ["home"]]] }],
  [".#a.x .#a.y .#b", { flake: ".", on: "a b", profiles: [["a", ["x", "y"]]] }],
  [".#a.x .#a", { flake: ".", on: "a" }],
  [".#a.x .", { flake: "." }],
  ["root@192.0.2.7", { on: "192.0.2.7", addresses: [["192.0.2.7", "root@192.0.2.7"]] }],
  ["nixos://web-1", { on: "web-1", addresses: [["web-1", "web-1"]] }],
  ["nixos://ana@192.0.2.7:2222/web-1", { on: "web-1", addresses: [["web-1", "ana@192.0.2.7:2222"]] }],
  [
    "ana@web-1:2222 nixos://x/db-1",
    {
      on: "web-1 db-1",
      addresses: [
        ["web-1", "ana@web-1:2222"],
        ["db-1", "x"],
      ],
    },
  ],
])("%j", (line, expected) => {
  expect(read(line)).toEqual({ ...nothing, ...expected });
});

test.each([
  ["web-1.system", { on: "web-1", profiles: [["web-1", ["system"]]] }],
  ["web-1", { on: "web-1" }],
  ["web-*", { on: "web-*" }],
  ["@web", { on: "@web" }],
])("of a file %j", (line, expected) => {
  expect(read(line, true)).toEqual({ ...nothing, ...expected });
});

test.each([".#a.b.c", ".#a github:x/y#b", ".#-x"])("refuses %j", (line) => {
  expect(() => read(line)).toThrow(expect.objectContaining({ code: "E_USAGE" }));
});

test("any words are read, or refused in our own words", () => {
  const word = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...Array.from("ab.#@/:\"'!*-")) }));
  fc.assert(
    fc.property(fc.array(word), fc.boolean(), (words, ofFile) => {
      expect([null, "E_USAGE"]).toContain(errorCodeOf(() => deployWords(words, ofFile)));
    }),
  );
});

function errorCodeOf(attempt: () => void): string | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (error instanceof FlotillaError) return error.code;
    throw error;
  }
}
