import { expect, test } from "vitest";
import { HostName } from "../domain/host-name.ts";
import type { FleetFormName } from "../nix/forms/fleet-form.ts";
import { signingKey } from "./signing-key.ts";

const outline = (form: FleetFormName) => ({ members: [{ name: HostName.parse("web"), form }] });

test.each([
  ["key.sec", "deploy", "/infra/key.sec"],
  ["/etc/key.sec", "deploy", "/etc/key.sec"],
  ["-key", "deploy", "/infra/-key"],
  ["", "deploy", undefined],
  [undefined, "deploy", undefined],
  ["key.sec", "nixosConfigurations", undefined],
] as const)("LOCAL_KEY=%s means for %s the key %s", (LOCAL_KEY, form, key) => {
  expect(signingKey({ LOCAL_KEY }, outline(form), "/infra")).toBe(key);
});
