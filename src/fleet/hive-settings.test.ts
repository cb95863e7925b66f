import { expect, test } from "vitest";
import { hiveSettings } from "./hive-settings.ts";

test("what a hive's own modules declare is left out, and nothing else", () => {
  expect(hiveSettings({ tags: ["web"], targetPort: "22", rack: 4, constructor: {} })).toEqual({
    tags: ["web"],
    targetPort: "22",
  });
  expect([null, [], "web"].map(hiveSettings)).toEqual([null, [], "web"]);
});
