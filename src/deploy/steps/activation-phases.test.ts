import { expect, test } from "vitest";
import type { EventBody } from "../../domain/event.ts";
import { HostName } from "../../domain/host-name.ts";
import { ActivationPhases } from "./activation-phases.ts";

test("the log of a host that went back ends with what failed, however much the way back printed", () => {
  const events: EventBody[] = [];
  const phases = new ActivationPhases((event) => void events.push(event), HostName.parse("web-01"));
  phases.onState("activating", null);
  phases.onLog("nginx.service failed");
  phases.onState("reverting", "switch-to-configuration test exited with 4");
  const wayBack = Array.from({ length: 30 }, (_, line) => `restarting unit ${line}`);
  for (const line of wayBack) phases.onLog(line);
  phases.end();
  expect(phases.logOf("rolled-back")).toEqual(["nginx.service failed"]);
  // A way back that failed, or was not seen to end, is what there is to know about.
  expect(phases.logOf("failed")).toEqual(wayBack.slice(-20));
  expect(phases.logOf(null)).toEqual(wayBack.slice(-20));
  expect(events.filter(({ type }) => type === "host-log")).toHaveLength(31);
});
