import { expect, test } from "vitest";
import { hostsPerProcess, readHost } from "./hosts-per-process.ts";

test("hosts that read nobody, or few, are evaluated alone; more in company the more they read", () => {
  expect([0, 1, 5, 6, 30, 50, 80, 1000].map(hostsPerProcess)).toEqual([1, 1, 1, 2, 3, 5, 8, 8]);
});

test("what is traced is told from other traces", () => {
  expect(readHost("trace: flotilla: a node is read: db.example.org")).toBe("db.example.org");
  expect(readHost("trace: warning: flotilla: a node is read: db")).toBeNull();
  expect(readHost("evaluating file '/etc/hive.nix'")).toBeNull();
});
