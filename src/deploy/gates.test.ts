import { expect, test } from "vitest";
import { HostName } from "../domain/host-name.ts";
import { Gates } from "./gates.ts";

const a = HostName.parse("a");
const b = HostName.parse("b");
const c = HostName.parse("c");

function gatesOf(orders: Record<string, { wave?: number; dependsOn?: string[] }>): Gates {
  const gates = new Gates();
  gates.expect([a, b, c], [a, b, c]);
  for (const name of [a, b, c]) gates.learn(name, { wave: 0, dependsOn: [], ...orders[name] });
  return gates;
}

test("a host without wave or dependency waits for nobody, not even for the evaluation of others", async () => {
  const gates = new Gates();
  gates.expect([a, b], [a, b]);
  gates.learn(a, { wave: 0, dependsOn: [] });
  await expect(gates.pass(a)).resolves.toBeUndefined();
});

test("a gate opens when all before it have succeeded", async () => {
  const gates = gatesOf({ c: { wave: 1 } });
  let open = false;
  const passed = gates.pass(c).then(() => (open = true));
  gates.finish(a, true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(open).toBe(false);
  gates.finish(b, true);
  await passed;
  expect(open).toBe(true);
});

test("a gate falls as soon as one before it has not succeeded", async () => {
  const gates = gatesOf({ b: { dependsOn: ["a"] }, c: { dependsOn: ["b"] } });
  gates.finish(a, false);
  await expect(gates.pass(b)).rejects.toThrow("a goes before this host");
  gates.finish(b, false);
  await expect(gates.pass(c)).rejects.toMatchObject({ code: "E_HALTED" });
});

test("a host that does not evaluate holds up later waves", async () => {
  const gates = new Gates();
  gates.expect([a, b], [a, b]);
  gates.learn(a, null);
  gates.learn(b, { wave: 1, dependsOn: [] });
  gates.finish(a, false);
  await expect(gates.pass(b)).rejects.toMatchObject({ code: "E_HALTED" });
});

test("hosts that wait for each other are an error at once, not a deadlock", async () => {
  const gates = gatesOf({ a: { dependsOn: ["b"] }, b: { dependsOn: ["a"] } });
  await expect(gates.pass(a)).rejects.toMatchObject({ code: "E_CONFIGURATION" });
});
