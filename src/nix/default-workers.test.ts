import fc from "fast-check";
import { expect, it, test } from "vitest";
import { defaultWorkers } from "./default-workers.ts";

const gib = 2 ** 30;

test.each([
  [10, 8, 64 * gib, 8],
  [10, 8, 6.9 * gib, 6],
  [3, 8, 64 * gib, 3],
  [10, 8, 0.5 * gib, 1],
  [0, 8, 64 * gib, 1],
])("%d hosts, %d cores, %d bytes: %d", (hosts, cores, bytes, workers) => {
  expect(defaultWorkers(hosts, cores, bytes)).toBe(workers);
});

it("is never none and never more than a core each", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 512 }), fc.nat(), (hosts, cores, bytes) => {
      const workers = defaultWorkers(hosts, cores, bytes);
      return workers >= 1 && workers <= cores;
    }),
  );
});
