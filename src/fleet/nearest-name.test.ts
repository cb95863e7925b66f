import { expect, it } from "vitest";
import { didYouMean, nearestName } from "./nearest-name.ts";

it.each([
  ["wbe-01", ["db-01", "web-01"], "web-01"],
  ["web1", ["web-01", "web-1"], "web-1"],
  ["TargetHost", ["targetPort", "targetHost"], "targetHost"],
  ["rollbck", ["rollback"], "rollback"],
  ["mail", ["web-01", "db-01"], undefined],
  ["ab", ["xy"], undefined], // all of it would have to change
  ["", ["web"], undefined],
])("%s of %j is %s", (name, known, expected) => {
  expect(nearestName(name, known)).toBe(expected);
});

it("asks", () => {
  expect(didYouMean("tag", ["tags"])).toBe("did you mean tags?");
  expect(didYouMean("zzzzzz", ["tags"])).toBeUndefined();
});
