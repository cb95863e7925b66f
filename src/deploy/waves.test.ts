import { expect, test } from "vitest";
import { HostName } from "../domain/host-name.ts";
import { predecessors } from "./waves.ts";

const member = (name: string, wave = 0, dependsOn: string[] = []) => ({ name: HostName.parse(name), wave, dependsOn });
const fleet = new Set(["a", "b", "c", "elsewhere"]);

test("later waves wait for all earlier ones", () => {
  const result = predecessors([member("a"), member("b", 1), member("c", 2)], fleet);
  expect([...result]).toEqual([
    ["a", []],
    ["b", ["a"]],
    ["c", ["a", "b"]],
  ]);
});

test("dependsOn counts among the hosts of the run only", () => {
  const result = predecessors([member("a", 0, ["b", "elsewhere"]), member("b")], fleet);
  expect(result.get(HostName.parse("a"))).toEqual(["b"]);
});

test("an unknown host is named", () => {
  expect(() => predecessors([member("a", 0, ["bb"])], fleet)).toThrow(/'bb', which is no host/);
});

test("a cycle is shown, also one made of a wave and a dependency", () => {
  expect(() => predecessors([member("a", 0, ["b"]), member("b", 0, ["c"]), member("c", 0, ["a"])], fleet)).toThrow(
    "a → b → c → a",
  );
  expect(() => predecessors([member("a", 0, ["b"]), member("b", 1)], fleet)).toThrow(/wait for each other/);
});
